"""Worker processes for documents from outside, which may take any time and memory to parse.

::

    pool.WorkerPool ── lanes.Lanes: who is next ──▶ worker.Worker ──socket──▶ task_loop: handler
          └── server.ForkServer ──"fork"──▶ fork_server (has imported the handler) ──fork──┘

A task is bytes in and bytes out. It has limits of CPU time, wall time, memory and size of its
result; a worker that exceeds one is killed, and only its task fails. The limits of time are timers
of the kernel that end the worker by themselves, so that they hold while the worker does not run a
line of Python, and after the death of its parent.
"""
