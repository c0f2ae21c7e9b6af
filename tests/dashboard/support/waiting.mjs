const PAUSE = 50;
export const USUAL = 30_000;

/** Waits until `condition` gives something true, and gives it. What it throws counts as not yet. */
export async function eventually(condition, what, within = USUAL) {
  const end = performance.now() + within;
  let last;
  while (performance.now() < end) {
    try {
      const found = await condition();
      if (found) {
        return found;
      }
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  throw new Error(`waited in vain: ${what}`, { cause: last });
}
