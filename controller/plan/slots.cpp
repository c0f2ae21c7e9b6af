#include "plan/slots.h"

#include <algorithm>
#include <bit>
#include <unordered_set>

namespace balancer::plan {

namespace {

constexpr std::size_t kLeastSlots = 2;

std::size_t slotCount(std::size_t previous, std::size_t occupied)
{
    const auto least = std::max(previous, kLeastSlots);
    return occupied <= least ? least : std::bit_ceil(occupied + 1);
}

} // namespace

Slots assignSlots(const Slots &previous, const std::vector<model::Instance> &instances,
                  const std::vector<model::FormerInstance> &former)
{
    std::unordered_set<std::string> registered;
    for (const auto &instance : instances)
        registered.insert(instance.id.text());
    std::unordered_set<std::string> draining;
    for (const auto &instance : former) {
        if (instance.drains() && !registered.contains(instance.id.text()))
            draining.insert(instance.id.text());
    }

    Slots slots = previous;
    std::unordered_set<std::string> placed;
    std::size_t drainingSlots = 0;
    for (auto &slot : slots) {
        const bool drains = slot && draining.contains(slot->text());
        const bool stays = slot && (drains || registered.contains(slot->text())) && placed.insert(slot->text()).second;
        if (!stays)
            slot.reset();
        drainingSlots += stays && drains ? 1 : 0;
    }
    slots.resize(slotCount(slots.size(), instances.size() + drainingSlots));

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
