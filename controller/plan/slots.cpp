#include "plan/slots.h"

#include <algorithm>
#include <bit>
#include <unordered_set>

namespace balancer::plan {

namespace {

constexpr std::size_t kLeastSlots = 2;

std::size_t slotCount(std::size_t previous, std::size_t registered)
{
    const auto least = std::max(previous, kLeastSlots);
    return registered <= least ? least : std::bit_ceil(registered + 1);
}

} // namespace

Slots assignSlots(const Slots &previous, const std::vector<model::Instance> &instances)
{
    std::unordered_set<std::string> registered;
    for (const auto &instance : instances)
        registered.insert(instance.id.text());

    Slots slots = previous;
    slots.resize(slotCount(previous.size(), instances.size()));
    std::unordered_set<std::string> placed;
    for (auto &slot : slots) {
        const bool stays = slot && registered.contains(slot->text()) && placed.insert(slot->text()).second;
        if (!stays)
            slot.reset();
    }

    auto free = slots.begin();
    for (const auto &instance : instances) {
        if (!placed.insert(instance.id.text()).second)
            continue;
        free = std::find(free, slots.end(), std::nullopt);
        *free = instance.id;
    }
    return slots;
}

} // namespace balancer::plan
