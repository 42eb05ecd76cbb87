/** A line that a forge shows beside a run of a pipeline. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice'
  /** What it is about, in one line. */
  readonly title: string
  /** May have several lines. */
  readonly message: string
}
