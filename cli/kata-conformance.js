#!/usr/bin/env node
// Node 22.18 and later run TypeScript themselves; before that tsx does.
if (!process.features.typescript) (await import('tsx/esm/api')).register()
await import('./main.ts')
