import { busybox, idle } from './pod.ts'
import type { Pod } from './podBuilder.ts'

/** Port of the server, which is no privileged one. */
export const httpPort = 8080

/**
 * A pod whose main container serves one page, by busybox httpd. It is ready a moment before the server is: who asks it tries again (`httpUntil`). A probe
 * would be one more thing that can fail of itself.
 * @param page what it answers at /
 * @param more a command of the shell that adds files to /tmp/www, done before anything is served
 */
export const httpServer = (runtimeClass: string | undefined, page: string, more = ':'): Pod =>
  busybox(runtimeClass).script(
    `mkdir -p /tmp/www && echo ${page} >/tmp/www/index.html && ${more} && httpd -p ${httpPort} -h /tmp/www; ${idle}`,
  )
