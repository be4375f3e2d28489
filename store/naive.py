"""For the time being."""
from __future__ import annotations
import math
from collections import Counter, defaultdict
from datetime import date, timedelta
from domain import *
class Naive:
    def _all(self, query):
        from dataclasses import replace
        out=[]
        for e in self.events(replace(query, precisions=tuple(p for p in query.precisions if p), limit=None, view=None), bare=True):
            if query.precisions and (e.geo_precision or 0) not in query.precisions: continue
            v=query.view
            if v:
                if e.lat is None: continue
                if not (v.south<=e.lat<=v.north and ((e.lon>=v.west or e.lon<=v.east) if v.west>v.east else v.west<=e.lon<=v.east)): continue
            if query.actors and not ({e.actor,e.target}&set(query.actors)): continue
            if query.fatalities and not (e.fatalities and (e.fatalities.best or 0)>=query.fatalities): continue
            out.append(e)
        return out
    def listing(self, query, order, *, skip, limit, around=None):
        found=self._all(query)
        if order=='oldest': found=[e for e in found[::-1] if e.when]+[e for e in found if not e.when]
        if order=='deadliest': found.sort(key=lambda e: -((e.fatalities and e.fatalities.best) or 0))
        if order=='nearest' and around: found.sort(key=lambda e: 9e9 if e.lat is None else (e.lat-around.lat)**2+(e.lon-around.lon)**2)
        return Listing(len(found), tuple(found[skip:skip+limit]))
    def _cells(self, query, zoom):
        cells=defaultdict(list)
        for e in self._all(query):
            if e.geo_precision in (1,2):
                n=2.0**zoom; x=(e.lon+180)/360*n; la=math.radians(max(-85,min(85,e.lat))); y=(1-math.asinh(math.tan(la))/math.pi)/2*n
                cells[int(x),int(y)].append(e)
        return cells
    def clusters(self, query, *, zoom):
        out=[]
        for es in self._cells(query, zoom+2).values():
            la=[e.lat for e in es]; lo=[e.lon for e in es]
            out.append(Cluster(sum(la)/len(la), sum(lo)/len(lo), BBox(min(lo),min(la),max(lo),max(la)), Counter(e.event_type for e in es), es[0] if len(es)==1 else None))
        return out
    def heat(self, query, *, zoom):
        return [(es[0].lat, es[0].lon, len(es)) for es in self._cells(query, zoom+5).values()]
    def histogram(self, query):
        from dataclasses import replace
        found=self._all(replace(query,start=None,end=None)); dated=[e for e in found if e.when]
        if not dated: return None
        first=min(e.when.end for e in dated); last=max(e.when.end for e in dated)
        bins=[Counter() for _ in range((last-first).days+1)]
        for e in dated: bins[(e.when.end-first).days][e.event_type]+=1
        return Histogram(first,1,tuple(bins),len(found)-len(dated))
