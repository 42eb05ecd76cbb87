/** Departures about the snapshotters of confidential classes: they show where nydus is not set up (scenario without-nydus). */
export interface NydusDepartures {
  /** What containerd's entries of the CoCo handlers name. */
  cocoSnapshotter: string
  /** What containerd does for a handler whose snapshotter it has not. */
  missingSnapshotter: 'refused' | 'replaced'
}

export const healthyNydus: NydusDepartures = { cocoSnapshotter: 'nydus', missingSnapshotter: 'refused' }

/** What each fault of nydus.yaml changes in the model, and nothing else. */
export const nydusFaults: Record<string, Partial<NydusDepartures> & { missingSnapshotterNamed?: boolean }> = {
  'coco-handler-names-another-snapshotter': { cocoSnapshotter: 'stargz' },
  'missing-nydus-not-named': { missingSnapshotterNamed: false },
  'missing-snapshotter-replaced': { missingSnapshotter: 'replaced' },
}
