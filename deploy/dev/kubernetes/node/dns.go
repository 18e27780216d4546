package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/coredns/caddy"
	"github.com/coredns/coredns/core/dnsserver"

	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/ready"
)

// runDNS serves the cluster's names from the Corefile given with -conf.
func runDNS() {
	flags := flag.NewFlagSet("coredns", flag.ExitOnError)
	path := flags.String("conf", "Corefile", "the Corefile to serve")
	_ = flags.Parse(os.Args[1:])
	text, err := os.ReadFile(*path)
	exitOn(err)

	dnsserver.Quiet = true
	instance, err := caddy.Start(caddy.CaddyfileInput{Contents: text, Filepath: *path, ServerTypeName: "dns"})
	exitOn(err)
	instance.Wait()
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
