#include "model/tags.h"

#include "base/text.h"

#include <algorithm>
#include <string_view>

namespace balancer::model {

namespace {

bool isTagCharacter(char c)
{
    // Letters of other scripts arrive as UTF-8 bytes above 0x7f.
    return isAlphanumeric(c) || isOneOf(c, " _.:/=+-@") || static_cast<unsigned char>(c) >= 0x80;
}

std::size_t characterCount(std::string_view utf8)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

Result<void> checkTag(const Tag &tag)
{
    const auto length = characterCount(tag.key);
    if (length < 1 || length > 128 || !std::ranges::all_of(tag.key, isTagCharacter))
        return fail(ErrorCode::ValidationError,
                    "1 validation error detected: Value '" + tag.key +
                        "' at 'tags.member.key' failed to satisfy constraint: Member must be 1 to 128 letters, digits, "
                        "blanks or _ . : / = + - @");
    if (toLower(tag.key).starts_with("aws:"))
        return fail(ErrorCode::ValidationError,
                    "The tag key '" + tag.key + "' is reserved: aws: is not allowed as a prefix");
    if (characterCount(tag.value) > 256 || !std::ranges::all_of(tag.value, isTagCharacter))
        return fail(ErrorCode::ValidationError,
                    "1 validation error detected: Value '" + tag.value +
                        "' at 'tags.member.value' failed to satisfy constraint: Member must be at most 256 letters, "
                        "digits, blanks or _ . : / = + - @");
    return {};
}

Error tooMany(std::size_t most)
{
    return Error{ErrorCode::TooManyTags, "The quota for the number of tags is " + std::to_string(most)};
}

} // namespace

Result<std::vector<Tag>> normalizedTags(std::vector<Tag> tags, std::size_t most)
{
    for (const auto &tag : tags) {
        if (const auto ok = checkTag(tag); !ok)
            return fail(ok.error());
    }
    std::ranges::sort(tags, {}, &Tag::key);
    const auto same = std::ranges::adjacent_find(tags, {}, &Tag::key);
    if (same != tags.end())
        return fail(ErrorCode::DuplicateTagKeys, "Tag keys must be unique: '" + same->key + "' is given twice");
    if (tags.size() > most)
        return fail(tooMany(most));
    return tags;
}

Result<std::vector<Tag>> mergedTags(const std::vector<Tag> &present, const std::vector<Tag> &tags, std::size_t most)
{
    auto all = normalizedTags(tags, most);
    if (!all)
        return all;
    for (const auto &tag : present) {
        if (std::ranges::find(tags, tag.key, &Tag::key) == tags.end())
            all->push_back(tag);
    }
    // What is there already may be more than a quota that was lowered since.
    if (all->size() > std::max(most, present.size()))
        return fail(tooMany(most));
    return normalizedTags(std::move(*all), all->size());
}

} // namespace balancer::model
