/** Who is signed in. */

import { ask, Refused, useCsrf } from '../api/client'
import type { Account, Role, Session } from '../api/types'

const MAY_EDIT: readonly Role[] = ['city_bureau', 'planner']
const OFFICE: readonly Role[] = ['city_bureau', 'planner', 'administrator']

class Who {
  account = $state<Account | null>(null)
  /** False until the service has said whether somebody is. */
  known = $state(false)

  get role(): Role {
    return this.account?.role ?? 'public'
  }
  get edits(): boolean {
    return MAY_EDIT.includes(this.role)
  }
  get office(): boolean {
    return OFFICE.includes(this.role)
  }

  async look(): Promise<void> {
    try {
      this.#take(await ask<Session>('/api/session'))
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      this.#take(null)
    } finally {
      this.known = true
    }
  }

  async signIn(login: string, password: string): Promise<void> {
    this.#take(await ask<Session>('/api/session', { method: 'POST', body: { login, password } }))
  }

  async signOut(): Promise<void> {
    await ask('/api/session', { method: 'DELETE' })
    this.#take(null)
  }

  #take(session: Session | null): void {
    this.account = session?.account ?? null
    useCsrf(session?.csrf ?? null)
  }
}

export const who = new Who()
