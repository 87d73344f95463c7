#!/usr/bin/env python3
"""deploy.py: a deployer with a menu, of the kind that a person has to talk to.

It refuses to work without a terminal, reads its password without echo,
draws a progress bar, and writes what it got into the file that it is given.
"""
import getpass
import os
import sys

MENU = ("deploy all", "deploy back end", "deploy front end", "quit")


def choose():
    for n, text in enumerate(MENU, 1):
        print(f"  {n}) {text}")
    return input("\x1b[1mPlease choose\x1b[0m [1-4]: ")


def bar():
    for percent in range(0, 101, 2):
        print(f"\r\x1b[32m{percent:3d}%\x1b[0m " + "#" * (percent // 5),
              end="", flush=True)
    print()


def main():
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        sys.exit("deploy.py needs a terminal")
    print(os.get_terminal_size().columns, "columns,", os.environ["TERM"])
    print("\x1b]0;a title\x07\x1b]8;;http://evil.example/\x07Welcome\x1b]8;;\x07")
    while (choice := choose()) != "4":
        print("You chose", MENU[int(choice) - 1])
        if input("Are you sure (y/n)? ") == "y":
            password = getpass.getpass("Password of the database: ")
            with open(sys.argv[1], "w") as f:
                f.write(password)
            bar()
            print("Deployed release", input("Which version? "))
    print("Bye")


main()
