#include "board/core/guests.hpp"

namespace board {

void Guests::ask(std::string_view name, Time now) {
  guests_.remove_if([&](const Guest& guest) { return guest.name == name; });
  guests_.push_front({std::string{name}, now});
  if (guests_.size() > most) guests_.pop_back();
}

std::vector<std::string> Guests::names(Time now) {
  guests_.remove_if([&](const Guest& guest) { return now - guest.asked > stay; });
  std::vector<std::string> names;
  for (const auto& guest : guests_) names.push_back(guest.name);
  return names;
}

}  // namespace board
