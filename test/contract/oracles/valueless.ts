const combines = 'combines conditions'
const lists = 'picks from facts'
const custom = 'no custom class was recorded'
const annotations = 'no annotation of sizing was recorded'
const guide = "a table of the guide, which has figures of the guide's own machine"
const confidential = 'no confidential class was recorded'
const folders = 'the folders of an installation were not recorded but for the paths of its processes'

/** Functions of helpers/oracles that no recording has a value for, and why. */
export const valueless: Readonly<Record<string, string>> = {
  'applicability.decide': combines,
  'applicability.classes': combines,
  'applicability.nodes': combines,
  'applicability.cluster': combines,
  'applicability.onArchitecture': combines,
  'applicability.named': combines,
  'applicability.oneOf': combines,
  'applicability.hypervisorIs': combines,
  'applicability.blockDevicesPlugged': 'the configuration of the recorded classes was not recorded',
  'applicability.blockDevicesRefused': 'the configuration of the recorded classes was not recorded',
  'applicability.withoutKvm': 'no node without KVM was recorded',
  'annotationOutcome.annotationOutcome': annotations,
  'annotationOutcome.isEnabled': annotations,
  'annotationOutcome.sizingEnabled': annotations,
  'blockDevices.blockDevicesUsed': 'no volume of mode Block was recorded',
  'chart/chartRelease.chartRelease': 'no objects of kata-deploy were recorded',
  'ciliumMtu.routeMtus': 'no cluster with Cilium was recorded',
  'comparableClass.comparableClass': lists,
  'comparableClass.comparableWith': lists,
  'comparableClass.nameOfComparable': lists,
  'confidentialClass.confidentialClass': confidential,
  'confidentialClass.confidentialOn': confidential,
  'confidentialClass.hasHardware': confidential,
  'confidentialClass.isCocoDev': confidential,
  'confidentialClass.runnableHere': confidential,
  'confidentialClass.teeOf': confidential,
  'customClass.baseOfACustomClass': custom,
  'customClass.custom': custom,
  'customClass.customClassesOf': custom,
  'customClass.familyOfBase': custom,
  'customClass.isCustom': custom,
  'emptyDirSubPath.subPathShows': 'no subPath of an emptyDir was recorded',
  'guideFigures.guideClass': guide,
  'guideFigures.guideRow': guide,
  'guideFigures.guideTable': guide,
  'guideFigures.inGuideTable': guide,
  'imageSnapshotter.isNydus': confidential,
  'imageSnapshotter.pullsInGuest': confidential,
  'imageSnapshotter.unpacksOnNode': confidential,
  'kataInstallation.configurations': folders,
  'kataInstallation.containerdFolder': folders,
  'kataInstallation.customFolder': folders,
  'kataNodes.kataNodeNames': lists,
  'kataNodes.kataProbes': lists,
  'kataNodes.someKataNode': lists,
  'resizesInPlace.resizesInPlace': 'no pod was resized when it was recorded',
  'remedies.remedyOf': 'a remedy of ours for a message',
  'someClass.someClass': lists,
}
