#!/bin/sh
# build.sh OUT: builds hyperkube (static, stripped, the same bytes every time).
set -eu
cd "$(dirname "$0")"
# The version that every component reports comes from the linker, as in upstream's own build.
V=$(go list -m -f '{{.Version}}' k8s.io/kubernetes)
minor=${V#v1.}
minor=${minor%%.*}
P=k8s.io/component-base/version
L="-s -w -X $P.gitVersion=$V -X $P.gitMajor=1 -X $P.gitMinor=$minor -X $P.gitTreeState=clean -X $P.gitCommit="
L="$L -X k8s.io/client-go/pkg/version.gitVersion=$V -X k8s.io/client-go/pkg/version.gitCommit="
CGO_ENABLED=0 exec go build -trimpath -buildvcs=false -tags selinux,notest,grpcnotrace -ldflags "$L" -o "$1" .
