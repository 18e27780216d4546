// Command node is everything a single Kubernetes node needs, in one binary: the command is
// chosen by the name it is called with, or else by its first argument.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"

	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
)

var commands = map[string]func(){
	"init":                    runInit,
	"certificates":            runCertificates,
	"forward":                 runForward,
	"coredns":                 runDNS,
	"etcd":                    func() { etcdmain.Main(os.Args) },
	"kube-apiserver":          cobraCommand(apiserver.NewAPIServerCommand),
	"kube-controller-manager": cobraCommand(controllermanager.NewControllerManagerCommand),
	"kube-scheduler":          cobraCommand(func() *cobra.Command { return scheduler.NewSchedulerCommand() }),
	"kube-proxy":              cobraCommand(proxy.NewProxyCommand),
	"kubelet":                 cobraCommand(func() *cobra.Command { return kubelet.NewKubeletCommand(context.Background()) }),
}

func cobraCommand(create func() *cobra.Command) func() {
	return func() { os.Exit(cli.Run(create())) }
}

func main() {
	os.Args[0] = filepath.Base(os.Args[0])
	run, found := commands[os.Args[0]]
	if !found && len(os.Args) > 1 {
		os.Args = os.Args[1:]
		run, found = commands[os.Args[0]]
	}
	if !found {
		fmt.Fprintf(os.Stderr, "no such command: %s\n", os.Args[0])
		os.Exit(2)
	}
	run()
}
