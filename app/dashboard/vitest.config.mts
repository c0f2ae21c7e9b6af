import { defineConfig } from 'vitest/config';

// The logic alone: no browser, no DOM.
export default defineConfig({
  test: { include: ['src/**/*.spec.ts'], environment: 'node', passWithNoTests: false },
});
