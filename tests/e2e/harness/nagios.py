"""A Nagios of the test's own: its configuration, its life, and what it thinks of its services."""

import os
import pwd
import re
import shutil
import subprocess

from harness.process import clean_environment, finish, spawn

PROGRAM = shutil.which("nagios4") or "/usr/sbin/nagios4"
STATES = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
_BLOCK = re.compile(r"^servicestatus \{\n(.*?)^\s*\}", re.MULTILINE | re.DOTALL)

_MAIN = """\
log_file={folder}/nagios.log
cfg_file={folder}/objects.cfg
object_cache_file={folder}/objects.cache
status_file={folder}/status.dat
state_retention_file={folder}/retention.dat
temp_file={folder}/nagios.tmp
temp_path={folder}
check_result_path={folder}/results
query_socket={folder}/nagios.qh
lock_file={folder}/nagios.pid
nagios_user={user}
nagios_group={user}
status_update_interval=1
interval_length=1
check_external_commands=0
check_for_updates=0
enable_notifications=0
execute_host_checks=0
retain_state_information=0
service_inter_check_delay_method=n
max_service_check_spread=1
service_check_timeout=30
use_syslog=0
illegal_macro_output_chars=`~$&|'"<>
"""

_OBJECTS = """\
define timeperiod {
  timeperiod_name  always
  alias            always
  sunday           00:00-24:00
  monday           00:00-24:00
  tuesday          00:00-24:00
  wednesday        00:00-24:00
  thursday         00:00-24:00
  friday           00:00-24:00
  saturday         00:00-24:00
}
define contact {
  contact_name                   nobody
  service_notification_period    always
  host_notification_period       always
  service_notification_commands  silent
  host_notification_commands     silent
}
define command {
  command_name  silent
  command_line  /bin/true
}
define host {
  host_name           trading
  address             127.0.0.1
  max_check_attempts  1
  check_period        always
  contacts            nobody
  notification_period  always
}
"""

_SERVICE = """\
define command {{
  command_name  check_{name}
  command_line  {command}
}}
define service {{
  host_name              trading
  service_description    {name}
  check_command          check_{name}!{argument}
  check_interval         1
  retry_interval         1
  max_check_attempts     1
  check_period           always
  contacts               nobody
  notification_period    always
}}
"""


class Nagios:
    """`checks` is {NAME: (COMMAND_LINE, its $ARG1$)}."""

    def __init__(self, folder, checks):
        self.folder = os.path.join(folder, "nagios")
        os.makedirs(os.path.join(self.folder, "results"))
        self.process = None
        user = pwd.getpwuid(os.geteuid()).pw_name
        self._write("main.cfg", _MAIN.format(folder=self.folder, user=user))
        services = [
            _SERVICE.format(name=name, command=command, argument=argument)
            for name, (command, argument) in checks.items()
        ]
        self._write("objects.cfg", _OBJECTS + "".join(services))

    def _write(self, name, text):
        with open(os.path.join(self.folder, name), "w") as file:
            file.write(text)

    def read(self, name):
        try:
            with open(os.path.join(self.folder, name)) as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def verify(self):
        return subprocess.run(
            [PROGRAM, "-v", os.path.join(self.folder, "main.cfg")],
            capture_output=True, text=True, timeout=60,
        )

    def start(self, **variables):
        with open(os.path.join(self.folder, "output"), "w") as output:
            self.process = spawn(
                [PROGRAM, os.path.join(self.folder, "main.cfg")],
                stdout=output, stderr=subprocess.STDOUT, env=clean_environment(**variables),
            )
        return self

    def stop(self):
        """As its init script would, so that its workers end, too."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                finish(self.process)

    def services(self):
        """{NAME: fields of status.dat} of those that have been checked."""
        found = {}
        for block in _BLOCK.findall(self.read("status.dat")):
            fields = dict(line.strip().split("=", 1) for line in block.splitlines() if "=" in line)
            if fields["has_been_checked"] == "1":
                found[fields["service_description"]] = fields
        return found

    def states(self):
        return {name: STATES[int(one["current_state"])] for name, one in self.services().items()}
