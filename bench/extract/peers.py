"""peers.py FILE: what ioc-finder and iocextract take for the same text, in their own processes with a limit; who is not installed is said."""
import importlib.util, multiprocessing, sys, time

text = open(sys.argv[1], encoding="utf-8", errors="replace").read()
limit = float(sys.argv[2])


def ioc_finder():
    from ioc_finder import find_iocs
    return sum(len(v) for v in find_iocs(text).values() if isinstance(v, list))


def iocextract():
    import iocextract as peer
    return sum(1 for _ in peer.extract_iocs(text, refang=True))


def timed(work, out):
    start = time.process_time()
    found = work()
    out.put((time.process_time() - start, found))


for name, work in (("ioc_finder", ioc_finder), ("iocextract", iocextract)):
    if importlib.util.find_spec(name) is None:
        print(f"{name}: not installed, no figure")
        continue
    out = multiprocessing.Queue()
    child = multiprocessing.Process(target=timed, args=(work, out))
    child.start()
    child.join(limit)
    if child.is_alive():
        child.kill()
        print(f"{name}: not done after {limit:.0f} s (below {len(text.encode()) / 1e6 / limit:.3f} MB/s)")
        continue
    if child.exitcode:
        print(f"{name}: failed")
        continue
    seconds, found = out.get()
    print(f"{name}: {len(text.encode()) / 1e6 / seconds:.3f} MB/s, {found} values")
