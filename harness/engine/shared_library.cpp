// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/shared_library.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

#include <elf.h>
#include <link.h>

namespace stagger::engine {
namespace {

// Of this machine's width, whatever that is.
using Header = ElfW(Ehdr);
using Section = ElfW(Shdr);
using Symbol = ElfW(Sym);
using Entry = ElfW(Dyn);

class File {
public:
    explicit File(const std::string& path) {
        std::ifstream file(path, std::ios::binary);
        bytes_.assign(std::istreambuf_iterator<char>(file), {});
    }

    // What stands at a place, copied, since it need not be aligned there; nothing behind the end.
    template <typename T>
    std::optional<T> at(std::uint64_t offset) const {
        if (offset > bytes_.size() || bytes_.size() - offset < sizeof(T)) return std::nullopt;
        T value;
        std::memcpy(&value, bytes_.data() + offset, sizeof(T));
        return value;
    }

    // The entries of a section of the first of these types.
    template <typename T>
    std::vector<T> table(const std::vector<Section>& sections, std::uint32_t type,
                         Section& strings) const {
        std::vector<T> entries;
        for (const Section& section : sections) {
            if (section.sh_type != type || section.sh_link >= sections.size()) continue;
            strings = sections[section.sh_link];
            for (std::uint64_t i = 0; i < section.sh_size / sizeof(T); ++i) {
                const auto entry = at<T>(section.sh_offset + i * sizeof(T));
                if (!entry) break;
                entries.push_back(*entry);
            }
            break;
        }
        return entries;
    }

    std::string text(const Section& strings, std::uint64_t offset) const {
        const std::uint64_t from = strings.sh_offset + offset;
        if (offset >= strings.sh_size || from >= bytes_.size()) return "";
        const std::string_view rest = std::string_view(bytes_).substr(from);
        return std::string(rest.substr(0, rest.find('\0')));
    }

private:
    std::string bytes_;
};

std::vector<Section> sections_of(const File& file, const Header& header) {
    std::vector<Section> sections;
    for (std::uint64_t i = 0; i < header.e_shnum; ++i) {
        const auto section = file.at<Section>(header.e_shoff + i * sizeof(Section));
        if (!section) break;
        sections.push_back(*section);
    }
    return sections;
}

// "$ORIGIN/../lib:/opt/lib", where $ORIGIN is the folder that the library is in.
std::vector<std::string> folders_in(const std::string& text, const std::string& library) {
    const std::string origin = std::filesystem::path(library).parent_path().string();
    std::vector<std::string> folders;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find(':', at), text.size());
        std::string folder = text.substr(at, end - at);
        for (const std::string_view name : {"${ORIGIN}", "$ORIGIN"})
            if (const auto found = folder.find(name); found != std::string::npos)
                folder.replace(found, name.size(), origin.empty() ? "." : origin);
        if (!folder.empty()) folders.push_back(folder);
        at = end + 1;
    }
    return folders;
}

// What the linker adds has other endings, or no name at all.
bool is_source(std::string_view name) {
    constexpr std::string_view kEndings[] = {".c", ".cc", ".cpp", ".cxx", ".c++", ".C"};
    if (name == "crtstuff.c") return false;
    return std::any_of(std::begin(kEndings), std::end(kEndings),
                       [&](std::string_view ending) { return name.ends_with(ending); });
}

// What GCC and clang call the function by which each source that they compile so begins.
bool is_mark(std::string_view name) {
    return name.starts_with("_sub_I_00099_0") || name.starts_with("tsan.module_ctor");
}

// The symbols of a source follow its name.
std::vector<std::string> unseen_sources_in(const File& file, const std::vector<Section>& sections) {
    Section strings{};
    std::vector<std::string> unseen;
    std::string source;
    bool seen = false;
    const auto end_source = [&] {
        if (is_source(source) && !seen) unseen.push_back(source);
        seen = false;
    };
    for (const Symbol& symbol : file.table<Symbol>(sections, SHT_SYMTAB, strings)) {
        const std::string name = file.text(strings, symbol.st_name);
        seen = seen || is_mark(name);
        if ((symbol.st_info & 0xf) != STT_FILE) continue;
        end_source();
        source = name;
    }
    end_source();
    return unseen;
}

}  // namespace

std::optional<SharedLibrary> read_shared_library(const std::string& path) {
    const File file(path);
    const auto header = file.at<Header>(0);
    constexpr unsigned char kClass = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
    const bool known = header && std::memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
                       header->e_ident[EI_CLASS] == kClass && header->e_type == ET_DYN &&
                       header->e_shentsize == sizeof(Section);
    if (!known) return std::nullopt;
    const std::vector<Section> sections = sections_of(file, *header);
    SharedLibrary library;
    Section strings{};
    for (const Symbol& symbol : file.table<Symbol>(sections, SHT_DYNSYM, strings))
        if (symbol.st_shndx == SHN_UNDEF)
            library.imports.insert(file.text(strings, symbol.st_name));
    for (const Entry& entry : file.table<Entry>(sections, SHT_DYNAMIC, strings)) {
        const std::string text = file.text(strings, entry.d_un.d_val);
        if (entry.d_tag == DT_NEEDED) library.needs.push_back(text);
        if (entry.d_tag == DT_RPATH || entry.d_tag == DT_RUNPATH)
            library.folders = folders_in(text, path);
    }
    library.imports.erase("");
    library.unseen_sources = unseen_sources_in(file, sections);
    return library;
}

}  // namespace stagger::engine
