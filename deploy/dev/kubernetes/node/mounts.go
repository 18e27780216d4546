package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// bind shows a folder of the node's state where a component has a fixed path.
type bind struct {
	From string `json:"from"`
	To   string `json:"to"`
}

const cgroupRoot = "/sys/fs/cgroup"

// podsWeight says as how many processes of this machine all pods together count when the CPU is
// short. By itself a cgroup counts as one, and a dozen JVMs starve beside a single busy process.
const podsWeight = 4

// enterNode gives this mount namespace its own /proc, /run and /sys, and the node its cgroup.
func enterNode(config nodeConfig) error {
	steps := []func() error{
		func() error { return syscall.Mount("", "/", "", syscall.MS_PRIVATE|syscall.MS_REC, "") },
		func() error { return syscall.Mount("proc", "/proc", "proc", 0, "") },
		func() error { return tmpfs("/run") },
		func() error { return tmpfs("/var/lib/cni") },
		func() error { return bindAll(config.Binds) },
		ownSys,
		func() error { return syscall.Mount("", "/", "", syscall.MS_SHARED|syscall.MS_REC, "") },
		func() error { return syscall.Sethostname([]byte(config.Hostname)) },
		func() error { return createCgroup(config.Cgroup) },
		func() error { return os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o644) },
	}
	for number, step := range steps {
		if err := step(); err != nil {
			return fmt.Errorf("setting the node up, step %d: %w", number+1, err)
		}
	}
	return nil
}

func tmpfs(path string) error {
	if err := os.MkdirAll(path, 0o755); err != nil {
		return err
	}
	return syscall.Mount("tmpfs", path, "tmpfs", syscall.MS_NOSUID|syscall.MS_NODEV, "mode=755")
}

func bindAll(binds []bind) error {
	for _, each := range binds {
		if err := os.MkdirAll(each.To, 0o755); err != nil {
			return err
		}
		if err := syscall.Mount(each.From, each.To, "", syscall.MS_BIND, ""); err != nil {
			return fmt.Errorf("%s on %s: %w", each.From, each.To, err)
		}
	}
	return nil
}

// ownSys replaces /sys, which shows the network of the namespace that mounted it, and keeps
// the cgroup mounts that lie under it.
func ownSys() error {
	kept := "/run/cgroup"
	if err := os.Mkdir(kept, 0o755); err != nil {
		return err
	}
	if err := syscall.Mount(cgroupRoot, kept, "", syscall.MS_BIND|syscall.MS_REC, ""); err != nil {
		return err
	}
	if err := syscall.Unmount("/sys", syscall.MNT_DETACH); err != nil {
		return err
	}
	if err := syscall.Mount("sysfs", "/sys", "sysfs", 0, ""); err != nil {
		return err
	}
	if err := syscall.Mount(kept, cgroupRoot, "", syscall.MS_BIND|syscall.MS_REC, ""); err != nil {
		return err
	}
	return syscall.Unmount(kept, syscall.MNT_DETACH)
}

// createCgroup makes the node's cgroup in every hierarchy (v1), or in the only one (v2).
func createCgroup(name string) error {
	if _, err := os.Stat(filepath.Join(cgroupRoot, "cgroup.controllers")); err == nil {
		return createUnifiedCgroup(name)
	}
	hierarchies, err := os.ReadDir(cgroupRoot)
	if err != nil {
		return err
	}
	for _, each := range hierarchies {
		if each.IsDir() {
			if err := os.MkdirAll(filepath.Join(cgroupRoot, each.Name(), name), 0o755); err != nil {
				return err
			}
		}
	}
	weigh(filepath.Join(cgroupRoot, "cpu", name, "cpu.shares"), podsWeight*1024)
	return joinCgroup(filepath.Join(cgroupRoot, "pids", name))
}

// weigh leaves the kernel's own weight where there is no such file: pods are slower then, not wrong.
func weigh(file string, weight int) {
	_ = os.WriteFile(file, []byte(strconv.Itoa(weight)), 0o644)
}

// joinCgroup puts init, and so every component, into the node's cgroup: while the folder cannot
// be removed, something of the node still lives.
func joinCgroup(folder string) error {
	own := filepath.Join(folder, "components")
	if err := os.MkdirAll(own, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(own, "cgroup.procs"), []byte("0"), 0o644)
}

func createUnifiedCgroup(name string) error {
	controllers, err := os.ReadFile(filepath.Join(cgroupRoot, "cgroup.controllers"))
	if err != nil {
		return err
	}
	own := filepath.Join(cgroupRoot, name)
	if err := os.MkdirAll(own, 0o755); err != nil {
		return err
	}
	for _, controller := range strings.Fields(string(controllers)) {
		for _, folder := range []string{cgroupRoot, own} {
			// A controller that the kernel will not delegate is left out, as kubelet does.
			_ = os.WriteFile(filepath.Join(folder, "cgroup.subtree_control"), []byte("+"+controller), 0o644)
		}
	}
	weigh(filepath.Join(own, "cpu.weight"), podsWeight*100)
	return joinCgroup(own)
}
