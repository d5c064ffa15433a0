"""The recombination annealer's inner loops (numba).

A proposal takes one to three neighbouring parts, grows a random spanning tree over their union
and cuts it where the pieces fit the window best (recombination, after DeFord, Duchin and
Solomon 2021, "Recombination: a family of Markov chains for redistricting", made a
local search: the number of parts is free and the best of several cuts is kept), or flips one
atom, or swaps two. Everything is integer but the energy that decides acceptance.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from redistrict.districting.arrays import (
    ACCEPTED,
    ALL_LITTLE,
    ALL_URGENT,
    APARTS,
    BELOW,
    BEST,
    CODE,
    COUNT,
    CROSSING,
    CUTS,
    EDGE,
    FREE,
    INDEX,
    LENGTH,
    LISTED,
    LITTLE,
    LIVE,
    MASK,
    MASS,
    MOST,
    NAMES,
    NEAR,
    NEWMOST,
    NOW,
    OLD,
    OTHER,
    PAIR,
    PARENT,
    PART,
    PICK,
    PIECES,
    PROPOSALS,
    QUEUE,
    REGION,
    SEEN,
    SEEN_GROUP,
    SHARES,
    SOFT,
    SPARE,
    STAMP,
    STUCK,
    TOP,
    TRIAL,
    URGENT,
    VALUE,
    WEIGHT,
    WIDTH,
)
from redistrict.districting.core import (
    CROSSINGS,
    CUT,
    DEVIATION,
    FEATURES,
    GROUPS,
    HARD,
    MOVED,
    OUTSIDE,
    PARTS,
    PERIMETER,
    PRIORITY,
    TARGET,
    UNMERGED,
)

inner = njit(error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)  # pyright: ignore
"""For functions that only others here call: compiled with them, without a way in from Python."""

APART = 1 << 32
"""Weight of a broken keep-apart pair beside a part without weight, both in `HARD`."""


@inner
def below(rng, k):  # pyright: ignore
    """A random integer in [0, k): xorshift64* (Vigna 2016)."""
    x = rng[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    rng[0] = x
    return np.int64(((x * np.uint64(2685821657736338717)) >> np.uint64(33)) % np.uint64(k))


@inner
def uniform(rng):  # pyright: ignore
    """A random float in [0, 1)."""
    return below(rng, 1 << 30) / float(1 << 30)


@inner
def misfit(net, w):  # pyright: ignore
    """Energy of one part of weight ``w`` against the window: 0 inside, else above 0.3.

    A light part has little weight outside; where the number of parts is held it is as far from
    the window as any.
    """
    if net.lower <= w <= net.upper:
        return 0.0
    gap = 3.0 * (net.lower - w if w < net.lower else w - net.upper)
    return 0.3 + 5.0 * (gap if net.fixed == 1 else min(float(w), gap)) / net.upper


@inner
def misfit_of(net, w, k):  # pyright: ignore
    """Energy of weight ``w`` that is still to be cut into ``k`` parts."""
    if k == 1:
        return misfit(net, w)
    if w < k * net.lower:
        return 0.3 + 15.0 * (k * net.lower - w) / net.upper
    if w > k * net.upper:
        return 0.3 + 15.0 * (w - k * net.upper) / net.upper
    return 0.0


@inner
def misfit_any(net, w):  # pyright: ignore
    """Energy of weight ``w`` cut into the number of parts that fits best."""
    k = max(1, w // max(1, net.upper))
    return min(misfit_of(net, w, k), misfit_of(net, w, k + 1))


@inner
def astray(net, w):  # pyright: ignore
    """How far weight ``w`` is from the target, beyond what counts as near it."""
    return max(0, abs(w - net.target) - net.slack)


@inner
def energy(net, rows, i, gain):  # pyright: ignore
    """Weighted sum of one part's features; ``gain[FEATURES]`` weighs the window."""
    e = gain[FEATURES] * misfit(net, rows[i, WEIGHT])
    for f in range(FEATURES):
        e += gain[f] * rows[i, f]
    return e


@inner
def weigh(net, row, p):  # pyright: ignore
    """The features of one part that follow from what it holds in all."""
    w = row[p, WEIGHT]
    if w == 0:
        row[p, HARD] += 1
    row[p, PARTS] = 1
    inside = net.lower <= w <= net.upper
    row[p, PRIORITY] = 0 if inside else row[p, ALL_URGENT]
    row[p, OUTSIDE] = 0 if inside else w
    row[p, DEVIATION] = max(0, net.lower - w, w - net.upper)
    row[p, UNMERGED] = 0 if w >= net.small_below else row[p, ALL_LITTLE]
    row[p, TARGET] = astray(net, w)


@inner
def evaluate(net, st, size, pieces, stamp):  # pyright: ignore
    """Features of the pieces, marked ``stamp + i``, of the first ``size`` atoms of the region."""
    row = st.row
    for p in range(pieces):
        for f in range(WIDTH):
            row[p, f] = 0
    for r in range(size):
        u = st.atom[r, REGION]
        mark = st.atom[u, CODE]
        p = mark - stamp
        row[p, WEIGHT] += net.node[u, MASS]
        row[p, ALL_URGENT] += net.node[u, URGENT]
        row[p, ALL_LITTLE] += net.node[u, LITTLE]
        for s in range(net.node[u, NEAR], net.node[u + 1, NEAR]):
            v = net.near[s, OTHER]
            if st.atom[v, CODE] == mark:
                if u < v:
                    row[p, CROSSINGS] += net.near[s, CROSSING]
            else:
                row[p, PERIMETER] += net.near[s, LENGTH]
                row[p, CUT] += net.near[s, CUTS]
        for s in range(net.node[u, SOFT], net.node[u + 1, SOFT]):
            g = net.group[s, INDEX]
            if st.soft[g, SEEN_GROUP] != stamp:
                st.soft[g, SEEN_GROUP] = stamp
                st.soft[g, MASK] = 0
            if not (st.soft[g, MASK] >> p) & 1:
                st.soft[g, MASK] |= 1 << p
                row[p, GROUPS] += net.group[s, VALUE]
        for s in range(net.node[u, APARTS], net.node[u + 1, APARTS]):
            v = net.apart[s]
            if u < v and st.atom[v, CODE] == mark:
                row[p, HARD] += APART
    for p in range(pieces):
        weigh(net, row, p)
    # The stamp is used up: a second evaluation of the same region needs fresh group masks.
    for r in range(size):
        u = st.atom[r, REGION]
        for s in range(net.node[u, SOFT], net.node[u + 1, SOFT]):
            st.soft[net.group[s, INDEX], SEEN_GROUP] = -1


@inner
def moved_change(net, st, size, pieces, stamp, olds):  # pyright: ignore
    """Change of `moved` by the proposal; leaves the new shares in the label scratch."""
    touched = 0
    for r in range(size):
        u = st.atom[r, REGION]
        p = st.atom[u, CODE] - stamp
        for s in range(net.node[u, NAMES], net.node[u + 1, NAMES]):
            name = net.label[s, INDEX]
            if st.name[name, SEEN] != stamp:
                st.name[name, SEEN] = stamp
                st.name[touched, LISTED] = name
                touched += 1
                for i in range(PIECES):
                    st.name[name, SHARES + i] = 0
            st.name[name, SHARES + p] += net.label[s, VALUE]
    change = 0
    cap = st.counter[COUNT] + st.counter[FREE]
    for t in range(touched):
        name = st.name[t, LISTED]
        most = net.base[name]
        for p in range(cap):
            if st.share[name, p] > most:
                mine = False
                for i in range(olds):
                    if st.counter[OLD + i] == p:
                        mine = True
                if not mine:
                    most = st.share[name, p]
        for p in range(pieces):
            most = max(most, st.name[name, SHARES + p])
        st.name[name, NEWMOST] = most
        change += st.name[name, MOST] - most
    return change, touched


@inner
def commit(net, st, size, pieces, stamp, olds, touched, change):  # pyright: ignore
    """Make the proposal the state."""
    for i in range(olds):
        p = st.counter[OLD + i]
        for f in range(WIDTH):
            st.sums[NOW, f] -= st.feature[p, f]
        for t in range(touched):
            st.share[st.name[t, LISTED], p] = 0
    for i in range(pieces, olds):
        p = st.counter[OLD + i]
        st.feature[p, LIVE] = 0
        st.feature[st.counter[FREE], SPARE] = p
        st.counter[FREE] += 1
        st.counter[COUNT] -= 1
    for i in range(olds, pieces):
        if st.counter[FREE] > 0:
            st.counter[FREE] -= 1
            st.counter[OLD + i] = st.feature[st.counter[FREE], SPARE]
        else:
            st.counter[OLD + i] = st.counter[COUNT]
        st.counter[COUNT] += 1
    for i in range(pieces):
        p = st.counter[OLD + i]
        st.feature[p, LIVE] = 1
        for f in range(WIDTH):
            st.feature[p, f] = st.row[i, f]
            st.sums[NOW, f] += st.row[i, f]
        for t in range(touched):
            name = st.name[t, LISTED]
            st.share[name, p] = st.name[name, SHARES + i]
    for t in range(touched):
        name = st.name[t, LISTED]
        st.name[name, MOST] = st.name[name, NEWMOST]
    st.sums[NOW, MOVED] += change
    for r in range(size):
        u = st.atom[r, REGION]
        st.atom[u, PART] = st.counter[OLD + st.atom[u, CODE] - stamp]


@inner
def better(order, sums):  # pyright: ignore
    """-1, 0 or 1 as the present plan is lexicographically below, equal to or above the best."""
    for k in range(len(order)):
        f = order[k]
        if sums[NOW, f] < sums[TOP, f]:
            return -1
        if sums[NOW, f] > sums[TOP, f]:
            return 1
    return 0


@njit(cache=True, error_model="numpy")
def load(net, st, start):  # pyright: ignore
    """Fill the state from an assignment with parts 0..k-1."""
    n = len(start)
    k = 0
    for u in range(n):
        st.atom[u, PART] = start[u]
        k = max(k, start[u] + 1)
    st.feature[:, :] = 0
    st.share[:, :] = 0
    st.sums[NOW, :] = 0
    st.counter[COUNT] = k
    st.counter[FREE] = 0
    for name in range(len(net.base)):
        st.name[name, MOST] = net.base[name]
    for p in range(k):
        st.counter[STAMP] += PIECES
        stamp = st.counter[STAMP]
        size = 0
        for u in range(n):
            if start[u] == p:
                st.atom[size, REGION] = u
                st.atom[u, CODE] = stamp
                size += 1
        evaluate(net, st, size, 1, stamp)
        st.feature[p, LIVE] = 1
        for f in range(WIDTH):
            st.feature[p, f] = st.row[0, f]
            st.sums[NOW, f] += st.row[0, f]
        for r in range(size):
            u = st.atom[r, REGION]
            for s in range(net.node[u, NAMES], net.node[u + 1, NAMES]):
                st.share[net.label[s, INDEX], p] += net.label[s, VALUE]
    weight = 0
    for s in range(len(net.label)):
        weight += net.label[s, VALUE]
    for name in range(len(net.base)):
        for p in range(k):
            st.name[name, MOST] = max(st.name[name, MOST], st.share[name, p])
        weight -= st.name[name, MOST]
    st.sums[NOW, MOVED] = weight


@inner
def collect(net, st, u, size, mark):  # pyright: ignore
    """Append the part of ``u`` to the region, marking it; returns the new size."""
    part = st.atom[u, PART]
    head = size
    st.atom[size, REGION] = u
    st.atom[u, CODE] = mark
    size += 1
    while head < size:
        x = st.atom[head, REGION]
        head += 1
        for s in range(net.node[x, NEAR], net.node[x + 1, NEAR]):
            v = net.near[s, OTHER]
            if st.atom[v, PART] == part and st.atom[v, CODE] != mark:
                st.atom[v, CODE] = mark
                st.atom[size, REGION] = v
                size += 1
    return size


@inner
def grow_tree(net, st, root, mark, choices):  # pyright: ignore
    """Random spanning tree of the nodes marked ``mark``: order in ``queue``, ``parent`` beside.

    Each step takes the edge of greatest affinity among ``choices`` random frontier edges. Grown
    nodes are marked by ``below >= 0``; the caller sets ``below = -1`` first.
    """
    count = 0
    height = 0
    st.atom[root, BELOW] = 0
    st.atom[root, PARENT] = -1
    st.atom[count, QUEUE] = root
    count += 1
    x = root
    while True:
        for s in range(net.node[x, NEAR], net.node[x + 1, NEAR]):
            v = net.near[s, OTHER]
            if st.atom[v, CODE] == mark and st.atom[v, BELOW] < 0:
                st.frontier[height, PAIR] = (x << 32) | v
                st.frontier[height, EDGE] = net.near[s, EDGE]
                height += 1
        found = False
        while height > 0:
            i = below(st.rng, height)
            for _ in range(choices - 1):
                j = below(st.rng, height)
                if net.affinity[st.frontier[j, EDGE]] > net.affinity[st.frontier[i, EDGE]]:
                    i = j
            pair = st.frontier[i, PAIR]
            height -= 1
            st.frontier[i, PAIR] = st.frontier[height, PAIR]
            st.frontier[i, EDGE] = st.frontier[height, EDGE]
            v = pair & 0xFFFFFFFF
            if st.atom[v, BELOW] < 0:
                st.atom[v, BELOW] = 0
                st.atom[v, PARENT] = pair >> 32
                st.atom[count, QUEUE] = v
                count += 1
                x = v
                found = True
                break
        if not found:
            break
    for i in range(count - 1, -1, -1):
        x = st.atom[i, QUEUE]
        st.atom[x, BELOW] += net.node[x, MASS]
        if i > 0:
            st.atom[st.atom[x, PARENT], BELOW] += st.atom[x, BELOW]
    return count


@inner
def cut_off(net, st, size, rest, piece, left, any_number, tries, choices, gain, stamp):  # pyright: ignore
    """Cut one piece off the nodes marked ``rest`` (``left`` pieces still to make).

    Marks the piece ``piece``; with ``left == 2`` the best of ``tries`` equally fitting cuts is
    kept by energy. ``any_number``: both sides may be cut further. False if there is no edge.
    """
    nodes = 0
    pick_root = -1
    for r in range(size):
        u = st.atom[r, REGION]
        if st.atom[u, CODE] == rest:
            st.atom[u, BELOW] = -1
            nodes += 1
            if below(st.rng, nodes) == 0:
                pick_root = u
    if nodes < 2:
        return False
    count = grow_tree(net, st, pick_root, rest, choices)
    whole = st.atom[pick_root, BELOW]
    best = np.inf
    kept = 0
    seen = 0
    for i in range(1, count):
        x = st.atom[i, QUEUE]
        w = st.atom[x, BELOW]
        if any_number:
            fit = misfit_any(net, w)
            fit += misfit_any(net, whole - w)
            fit -= 1e-3 * min(w, whole - w) / whole if whole > 0 else 0.0
            side = x
        else:
            one = misfit(net, w)
            one += misfit_of(net, whole - w, left - 1)
            two = misfit(net, whole - w)
            two += misfit_of(net, w, left - 1)
            fit = min(one, two)
            side = x if one <= two else -x - 1
        if (w == 0 or w == whole) and whole > 0:
            fit += 1e3
        if fit < best - 1e-9:
            best = fit
            kept = 0
            seen = 0
        if fit <= best + 1e-9:
            seen += 1
            if kept < tries:
                st.counter[PICK + kept] = side
                kept += 1
            else:
                j = below(st.rng, seen)
                if j < tries:
                    st.counter[PICK + j] = side
    if left > 2 or any_number or kept == 1:
        choose(st, count, st.counter[PICK + below(st.rng, kept)], rest, piece)
        return True
    lowest = np.inf
    chosen = 0
    for c in range(kept):
        choose(st, count, st.counter[PICK + c], rest, piece)
        # Pieces already cut off are evaluated too; they add the same to every candidate.
        pieces = rest - stamp + 1
        evaluate(net, st, size, pieces, stamp)
        e = 0.0
        for p in range(pieces):
            e += energy(net, st.row, p, gain)
        if e < lowest:
            lowest = e
            chosen = c
        for i in range(count):
            st.atom[st.atom[i, QUEUE], CODE] = rest
    choose(st, count, st.counter[PICK + chosen], rest, piece)
    return True


@inner
def choose(st, count, side, rest, piece):  # pyright: ignore
    """Mark the chosen side of a tree cut; ``-x - 1`` is the complement of x's subtree."""
    # Two fresh marks would be ambiguous with old ones, so subtrees are spread in tree order.
    top = side if side >= 0 else -side - 1
    inside = piece if side >= 0 else rest
    outside = rest if side >= 0 else piece
    for i in range(count):
        st.atom[st.atom[i, QUEUE], TRIAL] = 0
    for i in range(count):
        x = st.atom[i, QUEUE]
        if x == top or (i > 0 and st.atom[st.atom[x, PARENT], TRIAL] == 1):
            st.atom[x, TRIAL] = 1
            st.atom[x, CODE] = inside
        else:
            st.atom[x, CODE] = outside


@inner
def number_of_pieces(net, st, whole, olds):  # pyright: ignore
    """How many pieces to cut a region of weight ``whole`` into."""
    if net.fixed == 1:
        return olds
    if olds == 1:
        return 2
    upper = max(1, net.upper)
    least = max(1, -(-whole // upper))
    most = whole // max(1, net.lower) if net.lower > 0 else least + 2
    if least <= most:
        if least <= olds <= most and below(st.rng, 4) > 0:
            return olds
        return min(PIECES, least + below(st.rng, min(most, PIECES) - min(least, PIECES) + 1))
    k = max(1, whole // upper) + below(st.rng, 2)
    if below(st.rng, 3) == 0:
        k = olds
    return min(PIECES, k)


@inner
def leftover(net, st, start):  # pyright: ignore
    """The first atom from ``start`` on of a part outside the window, if it could be inside."""
    n = len(st.atom)
    for r in range(n):
        u = (start + r) % n
        if st.feature[st.atom[u, PART], OUTSIDE] > 0 and net.node[u, MASS] <= net.upper:
            return u
    return -1


@inner
def recombine(net, st, gain, tries, choices):  # pyright: ignore
    """Set up a recombination; returns (region size, pieces, old parts), 0 pieces if void."""
    n = len(st.atom)
    st.counter[STAMP] += PIECES
    stamp = st.counter[STAMP]
    u = below(st.rng, n)
    dice = below(st.rng, 16)
    wanted = 1 if dice == 0 else (3 if dice < 4 else 2)
    if below(st.rng, 4) == 0 and st.sums[NOW, OUTSIDE] > 0:
        # Leftovers are few and small: a random atom hardly ever lies in one. What they lack, or
        # have too much of, often has to be passed on from part to part.
        x = leftover(net, st, u)
        if x >= 0:
            u = x
            wanted = 2 + below(st.rng, 3)
    olds = 1
    st.counter[OLD] = st.atom[u, PART]
    raw = stamp + PIECES - 1
    size = collect(net, st, u, 0, raw)
    whole = st.feature[st.atom[u, PART], WEIGHT]
    while olds < wanted:
        # A random neighbour part, found from a random place of the region.
        shift = below(st.rng, size)
        found = -1
        for r in range(size):
            x = st.atom[(r + shift) % size, REGION]
            degree = net.node[x + 1, NEAR] - net.node[x, NEAR]
            if degree == 0:
                continue
            turn = below(st.rng, degree)
            for s in range(degree):
                v = net.near[net.node[x, NEAR] + (s + turn) % degree, OTHER]
                if st.atom[v, CODE] != raw:
                    found = v
                    break
            if found >= 0:
                break
        if found < 0:
            break
        st.counter[OLD + olds] = st.atom[found, PART]
        olds += 1
        whole += st.feature[st.atom[found, PART], WEIGHT]
        size = collect(net, st, found, size, raw)
    pieces = min(number_of_pieces(net, st, whole, olds), size)
    if pieces == 1 and olds == 1:
        return size, 0, olds, stamp
    for r in range(size):
        st.atom[st.atom[r, REGION], CODE] = stamp + pieces - 1
    for i in range(pieces - 1):
        if not cut_off(
            net,
            st,
            size,
            stamp + pieces - 1,
            stamp + i,
            pieces - i,
            False,
            tries,
            choices,
            gain,
            stamp,
        ):
            return size, 0, olds, stamp
    return size, pieces, olds, stamp


@inner
def reach(net, st, root, mark, fresh):  # pyright: ignore
    """Remark the ``mark`` nodes connected to ``root`` as ``fresh``; returns their weight, count."""
    head = 0
    tail = 0
    st.atom[0, QUEUE] = root
    st.atom[root, CODE] = fresh
    tail = 1
    weight = 0
    while head < tail:
        x = st.atom[head, QUEUE]
        head += 1
        weight += net.node[x, MASS]
        for s in range(net.node[x, NEAR], net.node[x + 1, NEAR]):
            v = net.near[s, OTHER]
            if st.atom[v, CODE] == mark:
                st.atom[v, CODE] = fresh
                st.atom[tail, QUEUE] = v
                tail += 1
    return weight, tail


@inner
def boundary_pair(net, st):  # pyright: ignore
    """A random atom and a neighbour of another part, or (-1, -1)."""
    n = len(st.atom)
    for _ in range(24):
        u = below(st.rng, n)
        degree = net.node[u + 1, NEAR] - net.node[u, NEAR]
        if degree == 0:
            continue
        turn = below(st.rng, degree)
        for s in range(degree):
            v = net.near[net.node[u, NEAR] + (s + turn) % degree, OTHER]
            if st.atom[v, PART] != st.atom[u, PART]:
                return u, v
    return -1, -1


@inner
def hopeless(net, st, u, v, gain, heat):  # pyright: ignore
    """True if moving ``u`` alone to the part of ``v`` would surely be rejected: O(degree).

    Features that need a look at whole parts are given the benefit of the doubt. Where ``u``
    would drag others along, this judges by ``u`` alone.
    """
    a, b = st.atom[u, PART], st.atom[v, PART]
    edge = 0
    cuts = 0
    joins = 0
    for s in range(net.node[u, NEAR], net.node[u + 1, NEAR]):
        p = st.atom[net.near[s, OTHER], PART]
        if p == a:
            edge += net.near[s, LENGTH]
            cuts += net.near[s, CUTS]
            joins -= net.near[s, CROSSING]
        elif p == b:
            edge -= net.near[s, LENGTH]
            cuts -= net.near[s, CUTS]
            joins += net.near[s, CROSSING]
    soft = 0
    for s in range(net.node[u, SOFT], net.node[u + 1, SOFT]):
        soft += net.group[s, VALUE]
    w = net.node[u, MASS]
    wa, wb = st.feature[a, WEIGHT], st.feature[b, WEIGHT]
    fit_a = net.lower <= wa <= net.upper
    fit_b = net.lower <= wb <= net.upper
    now_a = net.lower <= wa - w <= net.upper
    now_b = net.lower <= wb + w <= net.upper
    away = astray(net, wa - w) + astray(net, wb + w) - astray(net, wa) - astray(net, wb)
    if heat > 0.0:
        rise = 2 * (gain[PERIMETER] * edge + gain[CUT] * cuts) + gain[CROSSINGS] * joins
        rise += gain[TARGET] * away - gain[GROUPS] * soft - gain[MOVED] * w
        rise -= gain[UNMERGED] * (st.feature[a, UNMERGED] + st.feature[b, UNMERGED])
        rise -= gain[PRIORITY] * (st.feature[a, PRIORITY] + st.feature[b, PRIORITY])
        rise -= gain[HARD] * (st.feature[a, HARD] + st.feature[b, HARD]) + gain[PARTS]
        shift = misfit(net, wa - w) + misfit(net, wb + w)
        shift -= misfit(net, wa) + misfit(net, wb)
        rise += gain[FEATURES] * shift
        return rise > 0.0 and rise > -heat * math.log(max(1e-9, uniform(st.rng)))
    # Only the first features matter enough; the rest is left to `settle`.
    if st.feature[a, HARD] + st.feature[b, HARD] > 0 or wa == w:
        return False
    outside = (0 if now_a else wa - w) + (0 if now_b else wb + w)
    outside -= (0 if fit_a else wa) + (0 if fit_b else wb)
    if outside != 0:
        return outside > 0
    doubt = len(net.base) + soft + st.feature[a, UNMERGED] + st.feature[b, UNMERGED]
    if doubt > 0 or not (fit_a and fit_b):
        return False
    for k in range(len(net.order)):
        f = net.order[k]
        d = 0
        if f == PERIMETER:
            d = edge
        elif f == CUT:
            d = cuts
        elif f == CROSSINGS:
            d = joins
        elif f == TARGET:
            d = away
        if d != 0:
            return d > 0
    return False


NEARBY = 64
"""Atoms looked at to see that an atom can leave its part without cutting it."""


@inner
def can_leave(net, st, u):  # pyright: ignore
    """True if a short way round joins all neighbours that ``u`` has in its part.

    False also where there is no such neighbour, or no way round within `NEARBY` atoms.
    """
    part = st.atom[u, PART]
    st.counter[STAMP] += PIECES
    sought, seen = st.counter[STAMP], st.counter[STAMP] + 1
    missing = 0
    for s in range(net.node[u, NEAR], net.node[u + 1, NEAR]):
        x = net.near[s, OTHER]
        if st.atom[x, PART] == part:
            st.atom[x, CODE] = sought
            st.atom[0, QUEUE] = x
            missing += 1
    if missing == 0:
        return False
    st.atom[u, CODE] = seen
    st.atom[st.atom[0, QUEUE], CODE] = seen
    missing -= 1
    head, tail = 0, 1
    while missing > 0 and head < tail:
        x = st.atom[head, QUEUE]
        head += 1
        for s in range(net.node[x, NEAR], net.node[x + 1, NEAR]):
            y = net.near[s, OTHER]
            if st.atom[y, PART] == part and st.atom[y, CODE] != seen:
                if st.atom[y, CODE] == sought:
                    missing -= 1
                elif tail >= NEARBY:
                    continue
                st.atom[y, CODE] = seen
                st.atom[tail, QUEUE] = y
                tail += 1
    return missing == 0


@inner
def light_flip(net, st, u, v, gain, heat):  # pyright: ignore
    """Move ``u`` alone to the part of ``v``, looking at its neighbours only; O(degree).

    False, with nothing done, where more than its neighbours has to be looked at.
    """
    node = net.node
    plain = node[u, SOFT] == node[u + 1, SOFT] and node[u, NAMES] == node[u + 1, NAMES]
    if not plain or node[u, APARTS] != node[u + 1, APARTS] or not can_leave(net, st, u):
        return False
    a, b = st.atom[u, PART], st.atom[v, PART]
    row = st.row
    for f in range(WIDTH):
        row[0, f] = st.feature[a, f]
        row[1, f] = st.feature[b, f]
    for s in range(node[u, NEAR], node[u + 1, NEAR]):
        part = st.atom[net.near[s, OTHER], PART]
        length, cuts = net.near[s, LENGTH], net.near[s, CUTS]
        row[0, PERIMETER] += length if part == a else -length
        row[0, CUT] += cuts if part == a else -cuts
        row[1, PERIMETER] += -length if part == b else length
        row[1, CUT] += -cuts if part == b else cuts
        row[0, CROSSINGS] -= net.near[s, CROSSING] if part == a else 0
        row[1, CROSSINGS] += net.near[s, CROSSING] if part == b else 0
    for p in range(2):
        sign = 2 * p - 1
        row[p, HARD] -= row[p, WEIGHT] == 0  # `weigh` counts it anew
        row[p, WEIGHT] += sign * node[u, MASS]
        row[p, ALL_URGENT] += sign * node[u, URGENT]
        row[p, ALL_LITTLE] += sign * node[u, LITTLE]
        weigh(net, row, p)
    st.counter[OLD], st.counter[OLD + 1] = a, b
    if welcome(net, st, 2, 2, 0, gain, heat):
        for p in range(2):
            old = st.counter[OLD + p]
            for f in range(WIDTH):
                st.sums[NOW, f] += row[p, f] - st.feature[old, f]
                st.feature[old, f] = row[p, f]
        st.atom[u, PART] = b
        st.counter[ACCEPTED] += 1
        if better(net.order, st.sums) < 0:
            keep(st)
    return True


@inner
def flip(net, st, gain, heat):  # pyright: ignore
    """Move one atom, and whatever it cuts off from the bulk of its part, to a neighbour part."""
    u, v = boundary_pair(net, st)
    if u < 0 or hopeless(net, st, u, v, gain, heat) or light_flip(net, st, u, v, gain, heat):
        return 0, 0, 0, 0
    st.counter[STAMP] += PIECES
    stamp = st.counter[STAMP]
    st.counter[OLD] = st.atom[u, PART]
    st.counter[OLD + 1] = st.atom[v, PART]
    home = stamp + 3
    size = collect(net, st, u, 0, home)
    first = size
    size = collect(net, st, v, size, stamp + 1)
    st.atom[u, CODE] = stamp + 1
    heaviest = -1
    root = -1
    for s in range(net.node[u, NEAR], net.node[u + 1, NEAR]):
        x = net.near[s, OTHER]
        if st.atom[x, CODE] == home:
            weight, _ = reach(net, st, x, home, stamp + 2)
            if weight > heaviest:
                heaviest = weight
                root = x
    if root < 0:
        if net.fixed == 1:
            return size, 0, 2, stamp
        for r in range(size):
            st.atom[st.atom[r, REGION], CODE] = stamp
        return size, 1, 2, stamp
    reach(net, st, root, stamp + 2, stamp)
    for r in range(first):
        x = st.atom[r, REGION]
        if st.atom[x, CODE] == stamp + 2:
            st.atom[x, CODE] = stamp + 1
    return size, 2, 2, stamp


@inner
def swap(net, st):  # pyright: ignore
    """Exchange two atoms across a boundary, if both parts stay connected."""
    u, v = boundary_pair(net, st)
    if u < 0:
        return 0, 0, 0, 0
    a, b = st.atom[u, PART], st.atom[v, PART]
    st.counter[STAMP] += PIECES
    stamp = st.counter[STAMP]
    st.counter[OLD] = a
    st.counter[OLD + 1] = b
    size = collect(net, st, u, 0, stamp)
    first = size
    size = collect(net, st, v, size, stamp + 1)
    if first < 2 or size - first < 2:
        return size, 0, 2, stamp
    # Any atom of b that touches a may go the other way.
    found = -1
    shift = below(st.rng, size - first)
    for r in range(size - first):
        x = st.atom[first + (r + shift) % (size - first), REGION]
        for s in range(net.node[x, NEAR], net.node[x + 1, NEAR]):
            y = net.near[s, OTHER]
            if st.atom[y, PART] == a and y != u:
                found = x
                break
        if found >= 0:
            break
    if found < 0:
        return size, 0, 2, stamp
    st.atom[u, CODE] = stamp + 1
    st.atom[found, CODE] = stamp
    other = size - first
    _, count = reach(net, st, found, stamp, stamp + 2)
    if count != first:
        return size, 0, 2, stamp
    _, count = reach(net, st, u, stamp + 1, stamp + 3)
    if count != other:
        return size, 0, 2, stamp
    for r in range(size):
        st.atom[st.atom[r, REGION], CODE] -= 2
    return size, 2, 2, stamp


@inner
def keep(st):  # pyright: ignore
    """The present state becomes the best."""
    for f in range(WIDTH):
        st.sums[TOP, f] = st.sums[NOW, f]
    for u in range(len(st.atom)):
        st.atom[u, BEST] = st.atom[u, PART]


@inner
def welcome(net, st, pieces, olds, change, gain, heat):  # pyright: ignore
    """Whether the proposed rows may replace the parts under work."""
    if heat > 0.0:
        rise = gain[MOVED] * change
        for p in range(pieces):
            rise += energy(net, st.row, p, gain)
        for i in range(olds):
            rise -= energy(net, st.feature, st.counter[OLD + i], gain)
        return rise <= 0.0 or uniform(st.rng) < math.exp(-min(50.0, rise / heat))
    for k in range(len(net.order)):
        f = net.order[k]
        rise_of = change if f == MOVED else 0
        for p in range(pieces):
            rise_of += st.row[p, f]
        for i in range(olds):
            rise_of -= st.feature[st.counter[OLD + i], f]
        if rise_of != 0:
            return rise_of < 0
    return True


@inner
def settle(net, st, size, pieces, olds, stamp, gain, heat):  # pyright: ignore
    """Accept or reject the proposal: Metropolis if ``heat > 0``, else lexicographic descent."""
    evaluate(net, st, size, pieces, stamp)
    change = 0
    touched = 0
    if len(net.base) > 0:
        change, touched = moved_change(net, st, size, pieces, stamp, olds)
    if not welcome(net, st, pieces, olds, change, gain, heat):
        return
    commit(net, st, size, pieces, stamp, olds, touched, change)
    st.counter[ACCEPTED] += 1
    if better(net.order, st.sums) < 0:
        keep(st)


@njit(cache=True, error_model="numpy")
def keep_if_better(net, st):  # pyright: ignore
    """Take the present state as best if it is (or if there is none: ``best_total[PARTS] == 0``)."""
    if st.sums[TOP, PARTS] == 0 or better(net.order, st.sums) < 0:
        keep(st)


@njit(cache=True, error_model="numpy")
def run(net, st, proposals, gain, heat, tries, choices, flips, goal):  # pyright: ignore
    """``proposals`` rounds at one temperature: a recombination or swap, then ``flips`` flips.

    Ends at once when the best plan leaves no more than ``goal`` outside and is sound (-1: never).
    """
    for _ in range(proposals):
        if st.sums[TOP, OUTSIDE] <= goal and st.sums[TOP, HARD] == 0:
            return
        st.counter[PROPOSALS] += 1
        for turn in range(flips + 1):
            if turn > 0:
                size, pieces, olds, stamp = flip(net, st, gain, heat)
            elif below(st.rng, 4) > 0:
                size, pieces, olds, stamp = recombine(
                    net, st, gain, tries, 1 + below(st.rng, choices)
                )
            else:
                size, pieces, olds, stamp = swap(net, st)
            if pieces > 0:
                settle(net, st, size, pieces, olds, stamp, gain, heat)


@njit(cache=True, error_model="numpy")
def spread(net, st, gain, wanted):  # pyright: ignore
    """Cut overweight parts in two by random trees until each could be one part.

    With a fixed number of parts: until ``wanted`` parts exist (the heaviest is cut).
    """
    for p in range(len(st.feature)):
        st.feature[p, STUCK] = 0
    while True:
        heaviest = -1
        for p in range(st.counter[COUNT] + st.counter[FREE]):
            if st.feature[p, LIVE] == 1 and st.feature[p, STUCK] == 0:
                w = st.feature[p, WEIGHT]
                if (wanted > 0 or w > net.upper) and (
                    heaviest < 0 or w > st.feature[heaviest, WEIGHT]
                ):
                    heaviest = p
        if heaviest < 0 or (wanted > 0 and st.counter[COUNT] >= wanted):
            return
        root = 0
        while st.atom[root, PART] != heaviest:
            root += 1
        st.counter[STAMP] += PIECES
        stamp = st.counter[STAMP]
        st.counter[OLD] = heaviest
        size = collect(net, st, root, 0, stamp + 1)
        if not cut_off(net, st, size, stamp + 1, stamp, 2, True, 1, 2, gain, stamp):
            st.feature[heaviest, STUCK] = 1
            continue
        evaluate(net, st, size, 2, stamp)
        change = 0
        touched = 0
        if len(net.base) > 0:
            change, touched = moved_change(net, st, size, 2, stamp, 1)
        commit(net, st, size, 2, stamp, 1, touched, change)
