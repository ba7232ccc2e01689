#include "edge/contradiction.hpp"

#include <fmt/format.h>

namespace probe {
namespace {

/// What has no place beside a board; null: nothing.
const char* unwatchable(const Options& options, const CommandLine& line) {
  if (options.format != Format::text) return "--output";
  if (!options.write.empty()) return "--write";
  if (options.quiet) return "--quiet";
  if (options.explain) return "--explain";
  return line.values.contains("--file") ? "--file" : nullptr;
}

}  // namespace

std::string contradiction(const Options& options, const CommandLine& line,
                          const Settings& settings) {
  if (!options.forget.empty())
    for (const auto* other : {"--all", "--scan", "--watch", "--output", "--write", "--quiet",
                              "--explain", "--file", "--instance", "--min-healthy"})
      if (line.values.contains(other))
        return fmt::format("--forget judges nothing: {} is one too many", other);
  if (const auto* option = options.watch ? unwatchable(options, line) : nullptr)
    if (const auto setting = settings.find(option))
      return fmt::format(
          "{} does not go with --watch: a board is text, on standard output, from Redis",
          setting->origin);
  const auto* whole = options.selection.scan ? "--scan" : "--all";
  if (options.selection.all && line.values.contains("--instance"))
    return fmt::format("{} is every replica: --instance names one", whole);
  if (options.selection.all && options.file_alone)
    return fmt::format("{} asks Redis, and --file alone does not", whole);
  return {};
}

}  // namespace probe
