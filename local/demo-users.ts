/** The password of every demo user; the laptop only. */
export const DEMO_PASSWORD = 'Ordercast-demo-1';

export interface DemoUser {
  sub: string;
  email: string;
  name: string;
  groups: readonly string[];
}

/** The people that a fresh laptop knows: two customers, one of staff, one admin. */
export const DEMO_USERS: readonly DemoUser[] = [
  {
    sub: '6f1d5f0a-0c3e-4f5b-9a51-0a0000000001',
    email: 'ada@example.com',
    name: 'Ada Lovelace',
    groups: [],
  },
  {
    sub: '6f1d5f0a-0c3e-4f5b-9a51-0a0000000002',
    email: 'grace@example.com',
    name: 'Grace Hopper',
    groups: [],
  },
  {
    sub: '6f1d5f0a-0c3e-4f5b-9a51-0a0000000003',
    email: 'sam@example.com',
    name: 'Sam Stockton',
    groups: ['staff'],
  },
  {
    sub: '6f1d5f0a-0c3e-4f5b-9a51-0a0000000004',
    email: 'alex@example.com',
    name: 'Alex Adeyemi',
    groups: ['admins'],
  },
];
