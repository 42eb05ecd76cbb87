/** Departures about annotations of pods. */
export interface AnnotationsDepartures {
  /** What the Go shims ask before they apply one. */
  goAnnotationsCheckedBy: 'enable_annotations' | 'nobody'
  sizingAnnotations: 'applied' | 'ignored'
  /** pod_annotations of containerd's handlers. */
  podAnnotations: readonly string[]
}

export const healthyAnnotations: AnnotationsDepartures = {
  goAnnotationsCheckedBy: 'enable_annotations',
  sizingAnnotations: 'applied',
  podAnnotations: ['io.katacontainers.*'],
}

/** What each fault of annotations.yaml changes in the model, and nothing else. */
export const annotationsFaults: Record<string, Partial<AnnotationsDepartures>> = {
  'go-shim-honours-every-annotation': { goAnnotationsCheckedBy: 'nobody' },
  'enabled-annotations-ignored': { sizingAnnotations: 'ignored' },
  'pod-annotations-not-passed': { podAnnotations: [] },
}
