module kata-conformance.test/tools

go 1.24
