// SPDX-License-Identifier: Apache-2.0
//
// A loaded plugin, and the configuration of one case of it with everything that its pointers point
// to. Used in the test's process and inherited by all it forks.
#pragma once

#include "tests/conformance/host.hpp"

namespace stagger::conformance {

class Library {
public:
    // Aborts with the reason where this is no backend of this version of the ABI.
    explicit Library(const std::string& path);
    const stagger_backend& table() const { return *table_; }

private:
    const stagger_backend* table_ = nullptr;
};

class Configuration {
public:
    Configuration(const stagger_backend& table, const Variant& variant,
                  std::vector<ObjectDefinition> objects, const Shape& shape);
    Configuration(const Configuration&) = delete;
    Configuration& operator=(const Configuration&) = delete;

    stagger_config& config() { return config_; }
    const std::string& prefix() const { return prefix_; }

private:
    std::string prefix_;
    std::vector<std::string> names_;
    std::vector<std::string> initials_;
    std::vector<stagger_object> objects_;
    std::vector<stagger_setting> settings_;
    stagger_config config_{};
};

}  // namespace stagger::conformance
