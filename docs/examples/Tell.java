// A program under healthbeat run. Java has no such sockets: it writes to a helper.
public class Tell {
  public static void main(String[] arguments) throws Exception {
    var helper = new ProcessBuilder("healthbeat", "send");
    var teller = helper.redirectError(ProcessBuilder.Redirect.INHERIT).start().getOutputStream();
    while (true) {
      Thread.sleep(100); // the work
      teller.write("mark ticks\n".getBytes());
      teller.flush();
    }
  }
}
