package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

type dialRequest struct {
	target *net.TCPAddr
	answer chan net.Conn
}

// runForward lets pods reach services on the host's loopback address: each argument
// "address=target" listens in the node's network and dials in the host's.
func runForward() {
	requests := make(chan dialRequest)
	ready := make(chan error)
	go dialOnHost(requests, ready)
	exitOn(<-ready)
	for _, argument := range os.Args[1:] {
		address, target, _ := strings.Cut(argument, "=")
		resolved, err := net.ResolveTCPAddr("tcp", target)
		exitOn(err)
		listener, err := net.Listen("tcp", address)
		exitOn(err)
		go accept(listener, resolved, requests)
	}
	select {}
}

// dialOnHost keeps one thread in the host's network namespace; a socket belongs to the
// namespace of the thread that opens it, whichever thread uses it later.
func dialOnHost(requests chan dialRequest, ready chan error) {
	runtime.LockOSThread()
	ready <- unix.Setns(hostNetwork, unix.CLONE_NEWNET)
	for request := range requests {
		connection, err := net.DialTCP("tcp", nil, request.target)
		if err != nil {
			fmt.Println(err)
			request.answer <- nil
			continue
		}
		request.answer <- connection
	}
}

func accept(listener net.Listener, target *net.TCPAddr, requests chan dialRequest) {
	for {
		near, err := listener.Accept()
		exitOn(err)
		go func() {
			request := dialRequest{target, make(chan net.Conn, 1)}
			requests <- request
			if far := <-request.answer; far != nil {
				go transfer(far, near)
				transfer(near, far)
				return
			}
			near.Close()
		}()
	}
}

// transfer copies one direction and passes its end on; both ends close after the second.
func transfer(to, from net.Conn) {
	_, err := io.Copy(to, from)
	half, canHalfClose := to.(*net.TCPConn)
	if err != nil || !canHalfClose || half.CloseWrite() != nil {
		to.Close()
		from.Close()
	}
}
