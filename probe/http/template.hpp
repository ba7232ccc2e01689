#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "core/reason.hpp"

/// The files in page/, and what is put into them. Pure.
namespace probe::http {

/// The content of a file in page/; empty if there is none. CMake makes this function of the files.
std::string_view page_file(std::string_view name);

/// Whether a browser may ask for the file.
bool is_page_file(std::string_view name);

/// What it gets, with its content type.
struct PageFile {
  std::string_view content_type{};
  std::string content{};
};
PageFile served_page_file(std::string_view name);

/// The file with each `{{name}}` replaced by its value, which must be HTML already.
std::string filled(std::string_view file,
                   std::initializer_list<std::pair<std::string_view, std::string_view>> values);

/// Text as HTML; what is not printable is escaped.
std::string html(std::string_view text);

/// A sign for those who do not see its colour.
std::string_view sign_of(HealthStatus status);

}  // namespace probe::http
