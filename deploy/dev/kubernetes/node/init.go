package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// nodeConfig is what the library writes for init, which is pid 1 of the node's namespaces.
type nodeConfig struct {
	Hostname   string      `json:"hostname"`
	Interface  string      `json:"interface"`
	Cgroup     string      `json:"cgroup"`
	Binds      []bind      `json:"binds"`
	Authority  string      `json:"authority"`
	Components []component `json:"components"`
}

// component is a process that init starts, and starts again when it has ended.
type component struct {
	Name    string   `json:"name"`
	Command []string `json:"command"`
	Log     string   `json:"log"`
	After   []string `json:"after"`
	Probe   string   `json:"probe"`
}

// runInit sets the node up and keeps its components running; SIGHUP makes it read its
// configuration again, and killing it ends every process of the node.
func runInit() {
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGCHLD, syscall.SIGHUP, syscall.SIGTERM)
	path := os.Args[1]
	config, err := readConfig(path)
	exitOn(err)
	exitOn(enterNode(config))

	children := newSupervisor()
	go func() {
		awaitInterface(config.Interface)
		children.apply(config)
	}()
	for received := range signals {
		switch received {
		case syscall.SIGTERM:
			os.Exit(0)
		case syscall.SIGCHLD:
			children.reap()
		case syscall.SIGHUP:
			if config, err := readConfig(path); err != nil {
				fmt.Println("the configuration cannot be read:", err)
			} else {
				children.apply(config)
			}
		}
	}
}

// awaitInterface returns when the host has put the interface here, with its address, and it is up.
func awaitInterface(name string) {
	for {
		if found, err := net.InterfaceByName(name); err == nil && found.Flags&net.FlagUp != 0 {
			if addresses, err := found.Addrs(); err == nil && len(addresses) > 0 {
				return
			}
		}
		time.Sleep(probeInterval)
	}
}

func readConfig(path string) (nodeConfig, error) {
	var config nodeConfig
	text, err := os.ReadFile(path)
	if err != nil {
		return config, err
	}
	return config, json.Unmarshal(text, &config)
}
