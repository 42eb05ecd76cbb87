// A worker that a run with a fault ends.
process.on('message', ({ faults }) =>
  faults.length > 0 ? process.exit(3) : process.send({ seen: [{ id: process.pid }] }),
)
