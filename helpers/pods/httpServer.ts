import { busybox, idle, type Pod } from './pod.ts'

/** Port of the server, which is no privileged one. */
export const httpPort = 8080

/**
 * A pod whose main container serves one page, by busybox httpd, and is ready once it does.
 * @param page what it answers at /
 */
export const httpServer = (runtimeClass: string | undefined, page: string): Pod =>
  busybox(runtimeClass)
    .script(`mkdir -p /tmp/www && echo ${page} >/tmp/www/index.html && httpd -p ${httpPort} -h /tmp/www; ${idle}`)
    .readinessExec(['wget', '-qO', '/dev/null', `http://127.0.0.1:${httpPort}/`])
