#pragma once
#include "cli/options.hpp"
