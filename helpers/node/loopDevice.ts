import { hostDevices } from './workshopPod.ts'

/** Names of the loop devices over the file "$1", whatever the mount namespace through which it was opened makes of its path. */
const loopsOver = `name=\${1##*/}
loops=
for backing in /sys/block/loop*/loop/backing_file; do
  [ -e "$backing" ] || continue
  case $(cat "$backing") in */"$name") loop=\${backing%/loop/backing_file}; loops="$loops \${loop##*/}" ;; esac
done
`

/**
 * Makes a loop device over a new sparse file "$1" of "$4" MiB and the device node "$2" for it. A device that somebody else took in the meantime
 * refuses the file (EBUSY), and the next is tried. Nobody writes to it before the text "$3" that was written into the file has been read back through
 * the device: so it is ours, and no disk. Loading the driver is left to the operator.
 */
export const loopScript = `truncate -s "$4M" "$1"
printf %s "$3" | dd of="$1" conv=notrunc 2>/dev/null
n=0
while [ "$n" -lt 256 ]; do
  if [ ! -e "/sys/block/loop$n/loop/backing_file" ]; then
    dev=$(cat "/sys/block/loop$n/dev" 2>/dev/null || echo "7:$n")
    mknod -m 0600 "$2" b "\${dev%%:*}" "\${dev##*:}"
    losetup "$2" "$1" 2>/dev/null && break
    rm -f "$2"
  fi
  n=$((n + 1))
done
[ -e "$2" ] || { echo 'no loop device is free' >&2; exit 1; }
${loopsOver}case " $loops " in *" loop$n "*) ;; *) echo "loop$n is not over $1" >&2; exit 1 ;; esac
seen=$(dd if="$2" bs=512 count=1 2>/dev/null | head -c "\${#3}")
[ "$seen" = "$3" ] || { echo "loop$n does not begin with what was written into $1" >&2; exit 1; }
`

/** Takes it down again: only loop devices over the file "$1"; the device node "$2", which may lead to another's by then, is no way to find them. */
export const detachScript = `${loopsOver}for loop in $loops; do losetup -d "${hostDevices}/$loop"; done
rm -f "$2" "$1"
`
