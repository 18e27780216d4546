package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"reflect"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	probeInterval  = 50 * time.Millisecond
	firstRestart   = 200 * time.Millisecond
	slowestRestart = 5 * time.Second
	steadyAfter    = 10 * time.Second
)

// hostNetwork is the file that init was given: the host's network namespace.
const hostNetwork = 3

type supervisor struct {
	lock    sync.Mutex
	running map[int]chan struct{}
	started map[string]*keeper
}

type keeper struct {
	component component
	pid       int
	replaced  bool
}

func newSupervisor() *supervisor {
	return &supervisor{running: map[int]chan struct{}{}, started: map[string]*keeper{}}
}

// apply starts what is new in the configuration and replaces what has changed.
func (s *supervisor) apply(config nodeConfig) {
	s.lock.Lock()
	defer s.lock.Unlock()
	probes := map[string]string{}
	for _, each := range config.Components {
		probes[each.Name] = each.Probe
	}
	client := trusting(config.Authority)
	for _, each := range config.Components {
		known := s.started[each.Name]
		if known != nil && reflect.DeepEqual(known.component, each) {
			continue
		}
		if known != nil {
			known.replaced = true
			if known.pid > 0 {
				_ = syscall.Kill(known.pid, syscall.SIGKILL)
			}
		}
		kept := &keeper{component: each}
		s.started[each.Name] = kept
		go s.keep(kept, client, probes)
	}
}

// keep runs one component for as long as the node lives.
func (s *supervisor) keep(kept *keeper, client *http.Client, probes map[string]string) {
	for _, name := range kept.component.After {
		for !answers(client, probes[name]) {
			time.Sleep(probeInterval)
		}
	}
	pause := firstRestart
	for {
		since := time.Now()
		ended, err := s.start(kept)
		if err != nil {
			fmt.Printf("%s does not start: %v\n", kept.component.Name, err)
		} else if ended == nil {
			return
		} else {
			<-ended
			fmt.Printf("%s ended after %s\n", kept.component.Name, time.Since(since).Round(time.Millisecond))
		}
		if time.Since(since) > steadyAfter {
			pause = firstRestart
		}
		time.Sleep(pause)
		pause = min(2*pause, slowestRestart)
	}
}

func (s *supervisor) start(kept *keeper) (chan struct{}, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if kept.replaced {
		return nil, nil
	}
	log, err := os.OpenFile(kept.component.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	command := kept.component.Command
	pid, err := syscall.ForkExec(command[0], command[1:], &syscall.ProcAttr{
		Env:   []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root"},
		Files: []uintptr{0, log.Fd(), log.Fd(), hostNetwork},
		Sys:   &syscall.SysProcAttr{Setsid: true},
	})
	if err != nil {
		return nil, err
	}
	kept.pid = pid
	s.running[pid] = make(chan struct{})
	return s.running[pid], nil
}

// reap collects every child that has ended, containers' orphans included.
func (s *supervisor) reap() {
	s.lock.Lock()
	defer s.lock.Unlock()
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || pid <= 0 {
			return
		}
		if ended, known := s.running[pid]; known {
			close(ended)
			delete(s.running, pid)
		}
	}
}

func trusting(authority string) *http.Client {
	pool := x509.NewCertPool()
	if text, err := os.ReadFile(authority); err == nil {
		pool.AppendCertsFromPEM(text)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true}
	return &http.Client{Transport: transport, Timeout: 2 * time.Second}
}

// answers says whether a probe succeeds: a URL, a socket's path, or nothing to wait for.
func answers(client *http.Client, probe string) bool {
	if probe == "" {
		return true
	}
	if strings.HasPrefix(probe, "/") {
		connection, err := net.DialTimeout("unix", probe, time.Second)
		if err != nil {
			return false
		}
		return connection.Close() == nil
	}
	response, err := client.Get(probe)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK
}
