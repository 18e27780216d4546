package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"flag"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

const validFor = 10 * 365 * 24 * time.Hour

type authority struct {
	folder      string
	server      string
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// runCertificates writes a new authority, the certificates that it signs and a kubeconfig for
// each identity into a new folder.
func runCertificates() {
	flags := flag.NewFlagSet("certificates", flag.ExitOnError)
	folder := flags.String("folder", "", "where to write")
	address := flags.String("address", "", "the node's address")
	service := flags.String("service", "", "the API server's address as a Service")
	node := flags.String("node", "", "the node's name")
	_ = flags.Parse(os.Args[1:])

	exitOn(os.MkdirAll(*folder, 0o700))
	ca := newAuthority(*folder, "https://"+net.JoinHostPort(*address, "6443"))
	nodeAddress, serviceAddress := net.ParseIP(*address), net.ParseIP(*service)
	names := []string{"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local", "localhost"}
	ca.issue("apiserver", pkix.Name{CommonName: "kube-apiserver"}, names, nodeAddress, serviceAddress, net.IPv4(127, 0, 0, 1))
	ca.issue("kubelet", pkix.Name{CommonName: *node}, []string{*node}, nodeAddress)
	ca.issue("kubelet-client", pkix.Name{CommonName: "kube-apiserver-kubelet-client", Organization: []string{"system:masters"}}, nil)
	ca.kubeconfig("admin", "drey-admin", "system:masters")
	ca.kubeconfig("node", "system:node:"+*node, "system:nodes")
	ca.kubeconfig("controller-manager", "system:kube-controller-manager", "")
	ca.kubeconfig("scheduler", "system:kube-scheduler", "")
	ca.kubeconfig("proxy", "system:kube-proxy", "")
	ca.kubeconfig("dns", "drey:coredns", "")
	newKeyPair(*folder, "service-account")
}

func newAuthority(folder, server string) *authority {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	exitOn(err)
	template := template(pkix.Name{CommonName: "drey development cluster"})
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage |= x509.KeyUsageCertSign
	signed, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	exitOn(err)
	certificate, err := x509.ParseCertificate(signed)
	exitOn(err)
	writePem(folder, "ca.crt", "CERTIFICATE", signed)
	writeKey(folder, "ca.key", key)
	return &authority{folder, server, certificate, key}
}

func template(subject pkix.Name) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	exitOn(err)
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      subject,
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(validFor),
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}
}

// issue signs a certificate for a server and client, and writes it with its key.
func (a *authority) issue(file string, subject pkix.Name, names []string, addresses ...net.IP) (certificate, key []byte) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	exitOn(err)
	template := template(subject)
	template.DNSNames, template.IPAddresses = names, addresses
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	signed, err := x509.CreateCertificate(rand.Reader, template, a.certificate, private.Public(), a.key)
	exitOn(err)
	return writePem(a.folder, file+".crt", "CERTIFICATE", signed), writeKey(a.folder, file+".key", private)
}

func (a *authority) kubeconfig(file, user, group string) {
	subject := pkix.Name{CommonName: user}
	if group != "" {
		subject.Organization = []string{group}
	}
	certificate, key := a.issue(file, subject, nil)
	encode := base64.StdEncoding.EncodeToString
	root := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw})
	text := fmt.Sprintf(kubeconfigText, a.server, encode(root), user, encode(certificate), encode(key), user)
	exitOn(os.WriteFile(filepath.Join(a.folder, file+".kubeconfig"), []byte(text), 0o600))
}

const kubeconfigText = `apiVersion: v1
kind: Config
clusters:
  - name: drey
    cluster: { server: "%s", certificate-authority-data: %s }
users:
  - name: "%s"
    user: { client-certificate-data: %s, client-key-data: %s }
contexts:
  - name: drey
    context: { cluster: drey, user: "%s" }
current-context: drey
`

func newKeyPair(folder, file string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	exitOn(err)
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	exitOn(err)
	writeKey(folder, file+".key", key)
	writePem(folder, file+".pub", "PUBLIC KEY", public)
}

func writeKey(folder, file string, key *ecdsa.PrivateKey) []byte {
	encoded, err := x509.MarshalECPrivateKey(key)
	exitOn(err)
	return writePem(folder, file, "EC PRIVATE KEY", encoded)
}

func writePem(folder, file, kind string, content []byte) []byte {
	text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content})
	exitOn(os.WriteFile(filepath.Join(folder, file), text, 0o600))
	return text
}
