#include "document/secrets.hpp"

#include <doctest/doctest.h>

#include <string>

using heartbeat::cut_before_mask, heartbeat::mask_secrets;

TEST_CASE("the password of a URL is masked") {
  CHECK(mask_secrets("could not connect to postgresql://app:pw@db/prod") ==
        "could not connect to postgresql://app:***@db/prod");
  CHECK(mask_secrets("redis://hunter2@h and amqp://a:b:c@d@mq, again") ==
        "redis://***@h and amqp://a:***@mq, again");
  CHECK(mask_secrets("'http://u:p@h'") == "'http://u:***@h'");
  CHECK(mask_secrets("a://:p@") == "a://:***@");
}

TEST_CASE("a URL without a password stays") {
  for (const auto* text : {"http://host:80/path?mail=a@b", "http://host#a@b", "see http://h, a@b",
                           "://", "a://@h", "http://", "mail a@b"}) {
    CAPTURE(text);
    CHECK(mask_secrets(text) == text);
  }
}

TEST_CASE("the value of a name that stands for a secret is masked") {
  CHECK(mask_secrets("host=db password=hunter2 user=app") == "host=db password=*** user=app");
  CHECK(mask_secrets("PGPASSWORD=hunter2; Pwd = x,passwd=y&secret=z") ==
        "PGPASSWORD=***; Pwd = ***,passwd=***&secret=***");
  CHECK(mask_secrets("access_token=abc.def)") == "access_token=***)");
  CHECK(mask_secrets("api_key='a b' apikey=\"c d") == "api_key='***' apikey=\"***");
  CHECK(mask_secrets(R"({"password": "hunter2", "token":7})") ==
        R"({"password": "***", "token":***})");
  CHECK(mask_secrets("{'password': 'hunter2'}") == "{'password': '***'}");
}

TEST_CASE("other texts with such a name stay") {
  for (const auto* text :
       {"", "invalid token: expired", "password", "password=", "password= ", "no password given",
        "\"password\"", "tokens 5", "password authentication failed for user \"app\""}) {
    CAPTURE(text);
    CHECK(mask_secrets(text) == text);
  }
}

TEST_CASE("a text is not cut within the user part of a URL") {
  const std::string text = "no answer of amqp://app:secret@mq/v";
  const auto after_slashes = text.find("app");
  CHECK(cut_before_mask(text, text.size()) == text.size());
  CHECK(cut_before_mask(text, text.find("/v")) == text.find("/v"));
  CHECK(cut_before_mask(text, text.find('@') + 1) == text.find('@') + 1);
  for (auto most = after_slashes; most <= text.find('@'); ++most) {
    CAPTURE(most);
    CHECK(cut_before_mask(text, most) == after_slashes);
  }
  CHECK(cut_before_mask(text, after_slashes - 1) == after_slashes - 1);
}

TEST_CASE("a text without a user part is cut anywhere but within a character") {
  const std::string text = "see http://host/path, mail a@b";
  CHECK(cut_before_mask(text, 13) == 13);
  CHECK(cut_before_mask("\xc3\xa9\xc3\xa9", 3) == 2);
  CHECK(cut_before_mask("", 0) == 0);
}
