#pragma once

#include <array>
#include <random>
#include <string>
#include <string_view>

/// Texts as somebody would send them who wants a line of his own in HAProxy's configuration, in a command to it, in a
/// file or in a shell; and such as are merely odd. The same ones for the same seed.
namespace balancer::tests {

class HostileText
{
public:
    explicit HostileText(unsigned seed) : m_random(seed) {}

    std::string next()
    {
        switch (below(6)) {
        case 0:
            return pieces(1 + below(3));
        case 1:
            return ordinary(1 + below(12)) + piece() + ordinary(below(12));
        case 2:
            return ordinary(1 + below(8)) + ordinary(1 + below(8)) + ordinaryLong();
        case 3:
            return visible(1 + below(20));
        case 4:
            return ordinary(1 + below(40));
        default:
            return bytes(1 + below(12));
        }
    }

    std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(m_random); }

private:
    static constexpr std::array<std::string_view, 52> kPieces = {
        "\n",
        "\r",
        "\r\n",
        "\t",
        " ",
        "\"",
        "'",
        "#",
        " # ",
        "\\",
        "\\n",
        "\x7f",
        "\x1b",
        "\xff",
        "\xc3",
        "\xc3\xbc",
        "\xe2\x80\xa8",
        "\xf0\x9f\x98\x80",
        "$()",
        "$(id)",
        "${HOME}",
        "$HOME",
        "%[src]",
        "%[env(HOME)]",
        "%%",
        "%",
        ";",
        "<<",
        "<<EOF\n",
        "`id`",
        "|",
        "&",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        ",",
        "*",
        "!",
        "~",
        "^",
        "../",
        "@",
        "=",
        "<x>",
        "&amp;",
        "]]>",
        "\nbackend b\n    server s 10.0.0.1:80\n",
        "\n.if 1\n",
        "stats socket /tmp/x",
    };

    std::string piece()
    {
        const auto chosen = below(kPieces.size() + 1);
        return chosen == kPieces.size() ? std::string(1, '\0') : std::string(kPieces[chosen]);
    }
    std::string pieces(std::size_t count)
    {
        std::string text;
        for (; count > 0; --count)
            text += piece();
        return text;
    }
    std::string from(std::string_view alphabet, std::size_t size)
    {
        std::string text;
        for (; size > 0; --size)
            text += alphabet[below(alphabet.size())];
        return text;
    }
    std::string ordinary(std::size_t size) { return from("abcXYZ0189-._", size); }
    /// Around the lengths that have limits.
    std::string ordinaryLong()
    {
        static constexpr std::array kSizes = {16, 32, 64, 128, 255, 256, 512, 1023, 1024, 4096};
        return ordinary(std::size_t(kSizes[below(kSizes.size())]) - below(15));
    }
    std::string visible(std::size_t size)
    {
        std::string text;
        for (; size > 0; --size)
            text += static_cast<char>('!' + below('~' - '!' + 1));
        return text;
    }
    std::string bytes(std::size_t size)
    {
        std::string text;
        for (; size > 0; --size)
            text += static_cast<char>(below(256));
        return text;
    }

    std::mt19937 m_random;
};

} // namespace balancer::tests
