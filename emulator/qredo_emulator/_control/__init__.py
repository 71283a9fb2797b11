"""Control of the emulator by tests: `Control`, in this process and over HTTP."""
