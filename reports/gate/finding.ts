/** blocks: do not ship. open: nobody can tell yet. tolerated: would block, and somebody has excused it. told: worth knowing. */
export type Weight = 'blocks' | 'open' | 'tolerated' | 'told'

/** One line of the answer. */
export interface Finding {
  readonly weight: Weight
  /** The check or figure that it is about: `KATA-MEM-005 kata-qemu`, `cold-start kata-qemu`. */
  readonly subject: string
  readonly title: string
  /** What was seen, before and after. */
  readonly what: string
  /** Which rule of the policy or of the statistics gives it its weight. */
  readonly because: string
  /** What would settle it, when it is open. */
  readonly settledBy?: string
}
