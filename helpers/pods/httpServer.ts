import { busybox, idle, type Pod } from './pod.ts'

/** Port of the server, which is no privileged one. */
export const httpPort = 8080

/**
 * A pod whose main container serves one page, by busybox httpd, and is ready once it does. It is asked until then and not after: an exec a second
 * would be a load on the guest.
 * @param page what it answers at /
 * @param more a command of the shell that adds files to /tmp/www
 */
export const httpServer = (runtimeClass: string | undefined, page: string, more = ':'): Pod =>
  busybox(runtimeClass)
    .script(
      `mkdir -p /tmp/www && echo ${page} >/tmp/www/index.html && ${more} && httpd -p ${httpPort} -h /tmp/www; ${idle}`,
    )
    .main((main) => main.with({ startupProbe: { periodSeconds: 1, failureThreshold: 60, exec: { command: served } } }))

const served = ['wget', '-qO', '/dev/null', `http://127.0.0.1:${httpPort}/`]
