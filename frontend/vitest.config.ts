import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { alias: { '@': new URL('./src', import.meta.url).pathname } },
  oxc: { jsx: { runtime: 'automatic' } },
  test: {
    environment: 'happy-dom',
    environmentOptions: { happyDOM: { url: 'http://localhost:3000/' } },
    include: ['tests/unit/**/*.test.{ts,tsx}', 'tests/lint/**/*.test.ts', 'tests/build/**/*.test.ts'],
    setupFiles: ['tests/setup.ts'],
    restoreMocks: true,
    unstubGlobals: true,
    sequence: { shuffle: true },
    testTimeout: 5000,
    coverage: {
      provider: 'v8',
      include: ['src/lib/**', 'src/features/*/api/**', 'src/features/*/store/**'],
      exclude: ['src/lib/api/schema.ts'],
      thresholds: { branches: 85 },
      reporter: ['text', 'json-summary'],
    },
  },
})
