package main

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"flag"
	"fmt"
	"log"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// pki makes what kubeadm's "certs" and "kubeconfig" phases make: three CAs
// (cluster, front proxy, etcd), the servers' and clients' certificates, the
// service account key pair and a kubeconfig per client. A file that exists is
// kept, so a second run only fills gaps.
func pki(args []string) {
	fs := flag.NewFlagSet("pki", flag.ExitOnError)
	dir := fs.String("dir", "pki", "where keys, certificates and kubeconfigs of the control plane go")
	outside := fs.String("server", "", "URL of the API server for the administrator, on this machine")
	inside := fs.String("internal-server", "", "URL of the API server inside the cluster's own network")
	sans := fs.String("apiserver-sans", "", "subject alternative names of the API server")
	nodeDir := fs.String("node-dir", "", "where a node's own files go; empty: no node")
	node := fs.String("node", "", "name of that node")
	nodeSANs := fs.String("node-sans", "", "further subject alternative names of its kubelet")
	check(fs.Parse(args))
	p := func(name string) string { return filepath.Join(*dir, name) }
	check(os.MkdirAll(p("etcd"), 0o755))

	ca := loadOrMakeCA(p("ca"), "kubernetes")
	front := loadOrMakeCA(p("front-proxy-ca"), "front-proxy-ca")
	etcd := loadOrMakeCA(p("etcd/ca"), "etcd-ca")
	local := []string{"127.0.0.1", "localhost"}

	ca.issue(p("apiserver"), "kube-apiserver", "", strings.Split(*sans, ","), server)
	ca.issue(p("apiserver-kubelet-client"), "kube-apiserver-kubelet-client", "", nil, client)
	front.issue(p("front-proxy-client"), "front-proxy-client", "", nil, client)
	etcd.issue(p("etcd/server"), "etcd", "", local, server|client)
	etcd.issue(p("etcd/peer"), "etcd", "", local, server|client)
	etcd.issue(p("apiserver-etcd-client"), "kube-apiserver-etcd-client", "", nil, client)
	ca.issue(p("kube-controller-manager"), "kube-controller-manager", "", local, server)
	ca.issue(p("kube-scheduler"), "kube-scheduler", "", local, server)
	serviceAccountKeys(p("sa"))
	ca.kubeconfig(p("admin.kubeconfig"), *outside, "kubernetes-admin", "system:masters")
	ca.kubeconfig(p("kube-controller-manager.kubeconfig"), *inside, "system:kube-controller-manager", "")
	ca.kubeconfig(p("kube-scheduler.kubeconfig"), *inside, "system:kube-scheduler", "")
	ca.kubeconfig(p("coredns.kubeconfig"), *inside, "coredns", "")
	if *nodeDir == "" {
		return
	}
	n := func(name string) string { return filepath.Join(*nodeDir, name) }
	check(os.MkdirAll(*nodeDir, 0o755))
	ca.kubeconfig(n("kubelet.kubeconfig"), *inside, "system:node:"+*node, "system:nodes")
	ca.kubeconfig(n("kube-proxy.kubeconfig"), *inside, "system:kube-proxy", "")
	ca.issue(n("kubelet-serving"), "system:node:"+*node, "system:nodes",
		append([]string{*node}, strings.Split(*nodeSANs, ",")...), server)
	write(n("ca.crt"), ca.pem, 0o644)
}

const (
	server = 1 << iota
	client
)

type authority struct {
	cert *x509.Certificate
	key  crypto.Signer
	pem  []byte
}

// Certificates are valid from an hour ago: the clock may be set back a little.
func template(cn, org string) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	check(err)
	t := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: cn},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().AddDate(1, 0, 0),
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,

		BasicConstraintsValid: true,
	}
	if org != "" {
		t.Subject.Organization = []string{org}
	}
	return t
}

func loadOrMakeCA(base, cn string) *authority {
	certPEM, err1 := os.ReadFile(base + ".crt")
	keyPEM, err2 := os.ReadFile(base + ".key")
	if err1 == nil && err2 == nil {
		c, _ := pem.Decode(certPEM)
		k, _ := pem.Decode(keyPEM)
		if c == nil || k == nil {
			log.Fatalf("%s: no PEM", base)
		}
		cert, err := x509.ParseCertificate(c.Bytes)
		check(err)
		key, err := x509.ParseECPrivateKey(k.Bytes)
		check(err)
		return &authority{cert, key, certPEM}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	t := template(cn, "")
	t.IsCA = true
	t.NotAfter = time.Now().AddDate(10, 0, 0)
	t.KeyUsage |= x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	t.DNSNames = []string{cn}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	check(err)
	cert, err := x509.ParseCertificate(der)
	check(err)
	a := &authority{cert, key, encode("CERTIFICATE", der)}
	write(base+".crt", a.pem, 0o644)
	write(base+".key", ecPEM(key), 0o600)
	return a
}

func (a *authority) sign(cn, org string, sans []string, use int) (certPEM, keyPEM []byte) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	t := template(cn, org)
	if use&server != 0 {
		t.ExtKeyUsage = append(t.ExtKeyUsage, x509.ExtKeyUsageServerAuth)
	}
	if use&client != 0 {
		t.ExtKeyUsage = append(t.ExtKeyUsage, x509.ExtKeyUsageClientAuth)
	}
	for _, s := range sans {
		if ip := net.ParseIP(s); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else if s != "" {
			t.DNSNames = append(t.DNSNames, s)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, t, a.cert, key.Public(), a.key)
	check(err)
	return encode("CERTIFICATE", der), ecPEM(key)
}

func (a *authority) issue(base, cn, org string, sans []string, use int) {
	if exists(base+".crt") && exists(base+".key") {
		return
	}
	c, k := a.sign(cn, org, sans, use)
	write(base+".crt", c, 0o644)
	write(base+".key", k, 0o600)
}

func (a *authority) kubeconfig(file, url, cn, org string) {
	if exists(file) {
		return
	}
	c, k := a.sign(cn, org, nil, client)
	b := base64.StdEncoding.EncodeToString
	write(file, fmt.Appendf(nil, `apiVersion: v1
kind: Config
clusters:
- name: kata-conformance
  cluster:
    server: %s
    certificate-authority-data: %s
users:
- name: %s
  user:
    client-certificate-data: %s
    client-key-data: %s
contexts:
- name: kata-conformance
  context:
    cluster: kata-conformance
    user: %[3]s
current-context: kata-conformance
`, url, b(a.pem), cn, b(c), b(k)), 0o600)
}

func serviceAccountKeys(base string) {
	if exists(base+".key") && exists(base+".pub") {
		return
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	check(err)
	pub, err := x509.MarshalPKIXPublicKey(key.Public())
	check(err)
	write(base+".key", encode("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key)), 0o600)
	write(base+".pub", encode("PUBLIC KEY", pub), 0o644)
}

func ecPEM(k *ecdsa.PrivateKey) []byte {
	der, err := x509.MarshalECPrivateKey(k)
	check(err)
	return encode("EC PRIVATE KEY", der)
}

func encode(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func exists(f string) bool { _, err := os.Stat(f); return err == nil }

func write(f string, data []byte, mode os.FileMode) {
	if old, err := os.ReadFile(f); err == nil && bytes.Equal(old, data) {
		return
	}
	check(os.WriteFile(f, data, mode))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
