package kernel

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"

	"viva/internal/heapfloor"
	"viva/runtime/kernel/child"
)

// process is a child that has been started and told nothing yet.
type process struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    io.Reader
	stderr *opening
}

// launch starts the program, or this one if it is empty, in the folder, or this
// process's if it is empty.
func launch(program, dir string) (*process, error) {
	if program == "" {
		var err error
		if program, err = os.Executable(); err != nil {
			return nil, fmt.Errorf("finding this program: %w", err)
		}
	}
	p := &process{cmd: exec.Command(program), stderr: &opening{}}
	p.cmd.Env = append(os.Environ(), child.Environment+"=1")
	p.cmd.Env = append(p.cmd.Env, heapfloor.Environ()...)
	p.cmd.Dir = dir
	p.cmd.Stderr = p.stderr
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if p.out, err = p.cmd.StdoutPipe(); err != nil {
		return nil, err
	}
	return p, p.cmd.Start()
}

// spare is the process that waits to be taken.
var spare struct {
	sync.Mutex
	process chan *process // nil if there is none
}

// Prepare starts a process in the background that the next Start takes, if that
// asks for the interpreter in this process's folder. While it starts, there is
// a notebook to be read and checked. At most one waits. It ends with this
// process, if nobody takes it.
func Prepare() {
	spare.Lock()
	defer spare.Unlock()
	if spare.process != nil {
		return
	}
	c := make(chan *process, 1)
	spare.process = c
	go func() {
		p, err := launch("", "")
		if err != nil {
			p = nil // the next Start tries again, and tells
		}
		c <- p
	}()
}

// take is a process for the program and folder: the one that was prepared, or
// a new one.
func take(program, dir string) (*process, error) {
	if program == "" && dir == "" {
		spare.Lock()
		c := spare.process
		spare.process = nil
		spare.Unlock()
		if c != nil {
			if p := <-c; p != nil {
				return p, nil
			}
		}
	}
	return launch(program, dir)
}
