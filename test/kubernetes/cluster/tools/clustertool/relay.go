package main

import (
	"errors"
	"io"
	"log"
	"net"
	"os"
	"runtime"
	"syscall"
	"time"
)

// relay LISTEN NETNS-FILE TARGET joins the TCP address LISTEN of this network
// namespace with TARGET in another one, so that nothing else connects the two:
// no route, no forwarding, no firewall rule.
func relay(args []string) {
	if len(args) != 3 {
		log.Fatal("usage: clustertool relay LISTEN NETNS-FILE TARGET")
	}
	ns, err := os.Open(args[1])
	check(err)
	l, err := net.Listen("tcp", args[0])
	check(err)
	for {
		c, err := l.Accept()
		check(err)
		go func() {
			d, err := dialIn(ns, args[2])
			if err != nil {
				// Nobody listens behind: the caller gets a reset, the nearest thing
				// to the refusal that it would see without a relay.
				c.(*net.TCPConn).SetLinger(0)
				c.Close()
				if !errors.Is(err, syscall.ECONNREFUSED) {
					log.Print(err)
				}
				return
			}
			join(c.(*net.TCPConn), d.(*net.TCPConn))
		}()
	}
}

// dialIn dials in the namespace ns. A socket belongs to the namespace of the
// thread that makes it; the thread is not unlocked, so that it ends with this
// goroutine instead of serving others from the wrong namespace.
func dialIn(ns *os.File, target string) (net.Conn, error) {
	type result struct {
		c   net.Conn
		err error
	}
	done := make(chan result)
	go func() {
		runtime.LockOSThread()
		const sysSetns = 308 // x86-64
		if _, _, e := syscall.RawSyscall(sysSetns, ns.Fd(), syscall.CLONE_NEWNET, 0); e != 0 {
			done <- result{nil, e}
			return
		}
		// No second address family: it would be dialled from another thread.
		d := net.Dialer{Timeout: 5 * time.Second, FallbackDelay: -1}
		c, err := d.Dial("tcp", target)
		done <- result{c, err}
	}()
	r := <-done
	return r.c, r.err
}

func join(a, b *net.TCPConn) {
	half := func(dst, src *net.TCPConn, done chan<- struct{}) {
		if _, err := io.Copy(dst, src); err != nil {
			dst.Close()
			src.Close()
		} else {
			dst.CloseWrite()
		}
		done <- struct{}{}
	}
	done := make(chan struct{}, 2)
	go half(a, b, done)
	go half(b, a, done)
	<-done
	<-done
	a.Close()
	b.Close()
}
