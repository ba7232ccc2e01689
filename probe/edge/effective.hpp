#pragma once
#include "cli/explain_settings.hpp"
