import type { AccessWanted } from '../../engine/access/accessRules.ts'
import type { UpgradeOptions } from '../upgrade.ts'

/** What the user of an upgrade must be allowed. */
export const rightsWanted = ({ allowNodeChanges, canaryNode }: UpgradeOptions): Omit<AccessWanted, 'minor'> => ({
  command: 'upgrade',
  probe: true,
  nodeChanges: allowNodeChanges,
  canary: canaryNode !== undefined,
})
