import type { NodeState } from './upgradeJournal.ts'

/**
 * Drop-ins of the operator among the files of a node's installation, by path: of config.d, those that kata-deploy does not write for itself, which begin with
 * 10 (core), 20 (debug) and 30 (kernel parameters). Those of the chart's customRuntimes are 50-overrides.toml.
 */
export const dropInsOf = ({ files }: Pick<NodeState, 'files'>): string[] =>
  Object.keys(files)
    .filter((path) => {
      const name = /(?:^|\/)config\.d\/([^/]+)$/.exec(path)?.[1]
      return name !== undefined && !/^[1-4]\d-/.test(name) && !path.startsWith('containerd/')
    })
    .sort()
