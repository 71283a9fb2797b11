"""The tests of an imagined treasury service: copy the folder, and run `pytest pytest_suite`.

Needs `pip install ".[emulator]" pytest`. The fixture `qredo` comes with it: an emulator that is empty for each test.
`test_treasury.py` has a treasury per test, `test_reports.py` one per module, and async tests.
"""
