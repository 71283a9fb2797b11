"""What a test changes from outside: `Control`, in this process and over HTTP."""
