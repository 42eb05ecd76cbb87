/** User of a kubeconfig with a client certificate that expired on 2 January 2020; its key was thrown away. */
export const expiredCertificate = (): Record<string, string> => ({
  'client-certificate-data': Buffer.from(certificate).toString('base64'),
  'client-key-data': Buffer.from('not needed: the date is looked at first').toString('base64'),
})

const certificate = `-----BEGIN CERTIFICATE-----
MIIBCjCBsAIBATAKBggqhkjOPQQDAjARMQ8wDQYDVQQDDAZub2JvZHkwHhcNMjAw
MTAxMDAwMDAwWhcNMjAwMTAyMDAwMDAwWjARMQ8wDQYDVQQDDAZub2JvZHkwWTAT
BgcqhkjOPQIBBggqhkjOPQMBBwNCAATW95YU5NwH0FOBU1y80DQPzAUViqoXYAY7
vAe2+DRJ3BIKUOCpG4c6i7LUkL8I1VZTSxupa5whwIt/EAUiHWt9MAoGCCqGSM49
BAMCA0kAMEYCIQDivvzN/qpshqvWilN2t8FsnIy0yEkIKqrIWaZZDa6juAIhAPOM
t+lqxy/FNJOigNfXfDB3OiGwBe2MIUCrPWw3c3/m
-----END CERTIFICATE-----`
